/** What the other way would take: one ordinary child process with the same modules, measured and ended. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { type MemoryUse, readMemory } from "../metrics/memory.js";

const CHILD = new URL("./compare-child.js", import.meta.url);

/** @returns its memory when it is ready for its first picture; undefined where that can't be measured */
export async function measureChildProcess(): Promise<MemoryUse | undefined> {
  const child = fork(CHILD, { execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const exited = once(child, "exit");
  try {
    await Promise.race([once(child, "message"), exited]);
    return await readMemory(child.pid as number);
  } catch {
    return undefined;
  } finally {
    child.kill("SIGKILL");
    await exited.catch(() => {});
  }
}
