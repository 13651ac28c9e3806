/** Waiting for what sends no event: another process's end, a descriptor's close. */
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 20_000;
const INTERVAL_MS = 5;

/**
 * Looks again and again until `look` finds something.
 * @throws Error when it never does; the machine may be slow, so the time is long
 */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
    await sleep(INTERVAL_MS);
  }
}
