/** Trying limits that are too short for a slow machine, and then longer ones: what is tested is not how fast the machine is. */
import { PATIENCE_MS } from "./patience.js";

/**
 * Calls `attempt` with a limit in milliseconds, and with twice that again as long as the attempt finds the limit too short.
 * @param attempt resolves with false when the machine was too slow for the limit
 * @throws Error when no limit is long enough
 */
export async function growing(firstMs: number, attempt: (limitMs: number) => Promise<boolean>): Promise<void> {
  for (let limitMs = firstMs; limitMs < PATIENCE_MS; limitMs *= 2) if (await attempt(limitMs)) return;
  throw new Error(`no limit up to ${PATIENCE_MS} ms is long enough`);
}
