/** Running the workers of test/fixtures/contract/workers.mjs. */
import { json } from "node:stream/consumers";
import type { ForkProcess, Worker } from "../../main/index.js";
import { fixture } from "./fixtures.js";

export const WORKERS = fixture("workers.mjs");

/** What a worker made of this process says it was given. */
export async function argumentsOf(proc: ForkProcess): Promise<unknown> {
  const worker = await proc.run(WORKERS, "tell");
  const [told] = await Promise.all([json(worker.socket), worker.exited]);
  return told;
}

/** A worker that lives until its socket ends. */
export function idle(proc: ForkProcess): Promise<Worker> {
  return proc.run(WORKERS, "idle");
}
