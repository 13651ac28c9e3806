/** What a process takes of the memory. */
import fs from "node:fs/promises";
import { ForkError } from "../base/errors.js";

/** All in bytes. */
export interface MemoryUse {
  /** Resident: also what is shared with others. */
  rss: number;
  /** Proportional: shared pages count in part. */
  pss: number;
  /** Unique: its own alone, what would be free if it ended. */
  uss: number;
}

export async function readMemory(pid: number): Promise<MemoryUse> {
  let rollup: string;
  try {
    rollup = await fs.readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" && (await exists("/proc/self")))
      throw new ForkError("ERR_FORK_DIED", `process ${pid} has ended`, { cause, pid });
    if (code === "ESRCH") throw new ForkError("ERR_FORK_DIED", `process ${pid} has ended`, { cause, pid });
    throw new ForkError("ERR_FORK_UNSUPPORTED", "memory figures need Linux's /proc", { cause, pid });
  }
  const bytes = (field: string) =>
    1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(rollup)?.[1] ?? Number.NaN);
  return { rss: bytes("Rss"), pss: bytes("Pss"), uss: bytes("Private_Clean") + bytes("Private_Dirty") };
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
