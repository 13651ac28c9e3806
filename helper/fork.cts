/** The fork itself: waiting for a quiet moment, and trying whether forks work here at all. */
import fs = require("node:fs");

import { promisify } from "node:util";
import type { Addon, ForkResult } from "../native/addon.cjs";
import { collectGarbage } from "./garbage.cjs";

/** How long a fork waits for work that is under way in the process to be forked. */
const PATIENCE_MS = 2000;
/** How long the trial child may take on a machine that is busy with other things. */
const TRIAL_TIMEOUT_MS = 10_000;
const TRIAL_PASSED = 86;
const SIGKILL = 9;

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

/**
 * Waits until libuv owes this process nothing: a child would wait for the answers for ever.
 * @throws ForkRefused when that takes too long
 */
export async function untilQuiet(addon: Addon): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (addon.activeRequests() > 0) {
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

/** @returns why this process can't be forked, or undefined: a child was tried and did what children do */
export async function tryFork(addon: Addon): Promise<string | undefined> {
  if (!addon.hasGuard()) return "the fork guard is not loaded: it can't be preloaded into this runtime";
  await untilQuiet(addon);
  return new Promise((resolve) => {
    forkInCheckPhase(addon, (result) => {
      if (result === 0) return liveTrialLife();
      if ("refused" in result) return resolve(explainRefusal(result).message);
      const timer = setTimeout(() => {
        resolve(`a trial child did not come back within ${TRIAL_TIMEOUT_MS} ms`);
        addon.pidfdSignal(result.pidfd, SIGKILL);
      }, TRIAL_TIMEOUT_MS);
      addon.watchChildren(() => {
        for (const [, siCode, siStatus] of addon.reapChildren()) {
          clearTimeout(timer);
          addon.close(result.pidfd);
          resolve(
            siStatus === TRIAL_PASSED
              ? undefined
              : `a trial child ended with ${siCode === 1 ? "code" : "signal"} ${siStatus}`,
          );
        }
      });
    });
  });
}

/** Turns the event loop, uses libuv's threads, collects garbage, and leaves the ordinary way. */
function liveTrialLife(): void {
  setTimeout(async () => {
    await promisify(fs.stat)("/");
    collectGarbage();
    process.exit(TRIAL_PASSED);
  }, 1);
}
