/** Finding and examining processes by a mark in their environment, however they are related. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

const GDB_TIMEOUT_MS = 60_000;

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

/** Live processes that were started with NAME=value in their environment, or forked from such a one. */
export function processesWith(name: string, value: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => `\0${read(`/proc/${pid}/environ`)}`.includes(`\0${name}=${value}\0`))
    .map(Number);
}

/** What a process is, and where each of its threads stands; the latter needs gdb. */
export async function describeProcess(pid: number): Promise<string> {
  const [state = "gone"] = /^State:.*$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
  const threads = await promisify(execFile)("gdb", ["-p", String(pid), "-batch", "-ex", "thread apply all bt"], {
    timeout: GDB_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout }) => stdout,
    (error) => `no stacks: ${error.message}`,
  );
  return `==== ${pid} ${command}\n${state}\n${threads}\n`;
}

/** Ends processes for good; those that are gone already are no error. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // gone
    }
  }
}
