/** `npm run demo` as a program: the gallery's main process, and its page's address. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { processesOf } from "../../support/processes.js";
import { ROOT } from "../../support/thumbnails.js";
import { until } from "../../support/until.js";

const DEMO = path.join(ROOT, "dist/renderer-demo/main/demo.js");

export interface DemoOptions {
  folder: string;
  /** $XDG_CACHE_HOME */
  home: string;
  workers?: number;
  /** What to start it by. */
  wrapper?: readonly string[];
  env?: Record<string, string>;
}

export interface Demo {
  readonly pid: number;
  readonly address: string;
  /** What it said so far, on both streams. */
  said(): string;
  /** As Ctrl-C does; resolves when nothing is left of it. */
  end(): Promise<void>;
}

export async function startDemo({ folder, home, workers = 2, wrapper = [], env }: DemoOptions): Promise<Demo> {
  const [file = process.execPath, ...before] = [...wrapper, process.execPath];
  const child = spawn(file, [...before, DEMO, "--web", "--workers", String(workers), folder], {
    env: { ...process.env, ...env, XDG_CACHE_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
  const address = await until(() => addressIn(said, child), "the gallery's address");
  const pid = child.pid as number;
  return { pid, address, said: () => said, end: () => end(child, pid) };
}

function addressIn(said: string, { exitCode }: ChildProcess): string | undefined {
  if (exitCode !== null) throw new Error(`the gallery ended with ${exitCode}: ${said}`);
  return /^ {2}(http:\S+)\n/m.exec(said)?.[1];
}

async function end(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGINT");
    await once(child, "exit");
  }
  await until(() => processesOf(pid).length === 0, "the end of the gallery's processes");
}
