/** What a process has of the memory for itself alone. */
import fs from "node:fs/promises";

/**
 * @returns bytes that would be free if the process ended (USS); undefined when it has ended, or where there is no /proc of
 * Linux's to tell
 */
export async function ownMemory(pid: number): Promise<number | undefined> {
  const rollup = await fs.readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map(([, count]) => Number(count));
  return kilobytes.length === 0 ? undefined : 1024 * kilobytes.reduce((sum, count) => sum + count, 0);
}
