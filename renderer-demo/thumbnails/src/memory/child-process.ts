/** What the other way would take: one ordinary child process with the same modules, measured and ended. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { ownMemory } from "./own-memory.js";

const CHILD = new URL("./ready-child.js", import.meta.url);

/** @returns its own memory in bytes when it is ready for its first picture; undefined where that can't be measured */
export async function measureChildProcess(): Promise<number | undefined> {
  const child = fork(CHILD, { execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const exited = once(child, "exit");
  try {
    await Promise.race([once(child, "message"), exited]);
    return await ownMemory(child.pid as number);
  } catch {
    return undefined;
  } finally {
    child.kill("SIGKILL");
    await exited.catch(() => {});
  }
}
