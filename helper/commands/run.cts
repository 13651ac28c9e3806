/** The worker's life: entering its function, and ending when that is done. */
import type net from "node:net";
import type { Argument } from "../protocol/process-context.cjs";

export type WorkerFunction = (socket: net.Socket, ...args: Argument[]) => unknown;

/** Node's own code for a program that ends while it still waits for something. */
const EXIT_UNSETTLED = 13;

/**
 * Enters the function. A throw or a rejection takes Node's ordinary way: it is printed and the process exits with 1,
 * unless the code has its own handlers. Returning keeps nothing alive: the process ends when its event loop is empty.
 */
export function enter(work: WorkerFunction, socket: net.Socket, args: Argument[]): void {
  let settled = false;
  process.on("beforeExit", () => {
    if (settled || process.exitCode !== undefined) return;
    process.exitCode = EXIT_UNSETTLED;
    process.stderr.write(
      `desktop-fork: '${work.name}' still waits for something, but nothing is left that could come\n`,
    );
  });
  let result: unknown;
  try {
    result = work(socket, ...args);
  } catch (error) {
    settled = true;
    // Out of our own stack, so that nothing of ours can catch it.
    process.nextTick(() => {
      throw error;
    });
    return;
  }
  const settle = () => {
    settled = true;
  };
  const promise = Promise.resolve(result);
  promise.then(settle, settle);
  // A second branch without a handler: its rejection is the worker's.
  void promise.then(() => {});
}
