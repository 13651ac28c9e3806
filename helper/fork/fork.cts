/** The fork itself, and waiting for a quiet moment for it. */
import type { Addon, ForkResult } from "../../native/addon/addon.cjs";

/** How long a fork waits for work that is under way in the process to be forked. */
const PATIENCE_MS = 2000;

export class ForkRefused extends Error {
  override name = "ForkRefused";
}

/** @throws ForkRefused when a child would not be able to live */
export function explainRefusal(result: Exclude<ForkResult, 0 | { pid: number }>): ForkRefused {
  const thread = `thread '${result.thread}' (${result.tid})`;
  const origin = result.module === "" ? "" : `, made by ${result.module}`;
  switch (result.refused) {
    case "errno":
      return new ForkRefused(`the fork failed: ${result.error?.message}`, { cause: result.error });
    case "busy":
      return new ForkRefused(`${thread} of the runtime${origin} did not come to rest within ${PATIENCE_MS} ms`);
    case "foreign":
      return new ForkRefused(
        `${thread}${origin} runs in the process to be forked; a child would lose it and hang. Load that module, but let only workers use it`,
      );
    case "unknown-libc":
      return new ForkRefused("this C library keeps its threads in a way that the fork guard does not know");
  }
}

let held: Promise<void> | undefined;

/** No fork of this process before that: a child would have what belongs to it. @param until never rejects */
export function holdForks(until: Promise<void>): void {
  held = until.finally(() => {
    held = undefined;
  });
}

/**
 * Waits until libuv owes this process nothing: a child would wait for the answers for ever.
 * @throws ForkRefused when that takes too long
 */
export async function untilQuiet(addon: Addon): Promise<void> {
  if (held !== undefined) await held;
  let deadline: number | undefined; // Node loads its clock at the first look
  while (addon.activeRequests() > 0) {
    deadline ??= performance.now() + PATIENCE_MS;
    if (performance.now() > deadline) {
      const kinds = [...new Set(process.getActiveResourcesInfo())].join(", ");
      throw new ForkRefused(
        `the process to be forked still has ${addon.activeRequests()} requests under way (${kinds})`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Calls `then` in the check phase, right after the fork, in both processes. */
export function forkInCheckPhase(addon: Addon, then: (result: ForkResult) => void): void {
  setImmediate(() => then(addon.fork(PATIENCE_MS)));
}
