/** Waiting for a program's end where its failure is none of the test's. */
import type { ChildProcess } from "node:child_process";

/** Resolves with the arguments of "close". Unlike `once`, it does not reject when there was an "error". */
export function closed(program: ChildProcess): Promise<unknown[]> {
  return new Promise((resolve) => program.once("close", (...args) => resolve(args)));
}
