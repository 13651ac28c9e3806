/** How urgent a process is beside others. */
import fs from "node:fs";
import os from "node:os";

export const LOWEST_PRIORITY = 19;

/** Without privileges the kernel takes such a change at most every 100 ms, from all of a user's programs. */
const RETRY_MS = 110;
const MOST_TRIES = 20;

/**
 * Whether a process has to lead a session of its own: Linux shares the processors out among sessions first (autogroup), and
 * niceness counts only within each.
 */
export function needsSession(priority: number | undefined): boolean {
  return priority !== undefined && process.platform === "linux";
}

/**
 * Makes a fresh process give way to others, with all that will be forked from it. Does nothing where that is refused.
 * @param priority niceness, from 0 to 19
 */
export function givePriority(pid: number, priority: number): void {
  try {
    os.setPriority(pid, priority);
    if (needsSession(priority)) setSessionPriority(fs.openSync(`/proc/${pid}/autogroup`, "w"), priority);
  } catch {
    // It has ended, or the kernel has no such groups.
  }
}

/** @param fd of the file, which stays that of this very process; it is closed */
function setSessionPriority(fd: number, priority: number, triesLeft = MOST_TRIES): void {
  let again = false;
  try {
    fs.writeSync(fd, String(priority));
  } catch (error) {
    again = (error as NodeJS.ErrnoException).code === "EAGAIN" && triesLeft > 1;
  }
  if (again) setTimeout(() => setSessionPriority(fd, priority, triesLeft - 1), RETRY_MS).unref();
  else fs.closeSync(fd);
}
