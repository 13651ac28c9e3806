/** Waiting until a process has done all that it does unasked: the dry run of a spare sends no event. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "./until.js";

/** Far longer than the timers of a process that is about to do something. */
const QUIET_MS = 25;

/** Whether a process sleeps, and neither runs nor waits for a processor for a while. One that has ended is not idle. */
export async function isIdle(pid: number): Promise<boolean> {
  const before = activity(pid);
  await sleep(QUIET_MS);
  return before !== undefined && before === activity(pid);
}

export async function untilIdle(pid: number): Promise<void> {
  await until(() => isIdle(pid), `process ${pid} to have nothing to do`);
}

/** Of the main thread, while it sleeps: time on a processor, time in the queue for one, and how often. */
function activity(pid: number): string | undefined {
  try {
    const isAsleep = /^State:\s+S/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    return isAsleep ? readFileSync(`/proc/${pid}/schedstat`, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
