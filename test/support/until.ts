/** Waiting for what sends no event: another process's end, a descriptor's close. */
import { setTimeout as sleep } from "node:timers/promises";
import { PATIENCE_MS } from "./patience.js";

const INTERVAL_MS = 5;

/**
 * Looks again and again until `look` finds something.
 * @throws Error when `look` finds nothing for as long as only a hang takes
 */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS} ms in vain for ${what}`);
    await sleep(INTERVAL_MS);
  }
}
