/** Takes one sample of one variant, in a parent process that is fresh and its own. */
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Depth, Measured } from "../bench-case.js";
import { cleanEnvironment } from "./environment.js";

export interface SampleOrder {
  benchCase: string;
  variant: string;
  depth: Depth;
}

/** By metric; a case with one metric has it under "". */
export type Sample = Record<string, number[]>;

const SAMPLE_PROGRAM = fileURLToPath(new URL("./sample.js", import.meta.url));
const STDERR_LINES = 12;

/** The process is a session of its own; whatever is left of it afterwards is killed. */
export async function takeSample(order: SampleOrder, timeoutMs: number): Promise<Sample> {
  const child = spawn(process.execPath, [SAMPLE_PROGRAM, JSON.stringify(order)], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: cleanEnvironment(),
    detached: true,
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(child.pid);
  }, timeoutMs);
  const ended = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      killGroup(child.pid);
      resolve(signal ?? `code ${code}`);
    });
  });
  const [answer, complaints, how] = await Promise.all([
    text(child.stdio[3] as Readable),
    text(child.stderr as Readable),
    ended,
  ]);
  clearTimeout(timer);
  if (answer !== "") return normalise(JSON.parse(answer) as Measured);
  const tail = complaints.trim().split("\n").slice(-STDERR_LINES).join("\n");
  throw new Error(late ? `no result within ${timeoutMs / 1000} s` : `ended with ${how} and no result: ${tail}`);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody was left.
  }
}

function normalise(measured: Measured): Sample {
  const byMetric =
    typeof measured === "number" || Array.isArray(measured)
      ? { "": measured }
      : (measured as Record<string, number | number[]>);
  return Object.fromEntries(Object.entries(byMetric).map(([name, values]) => [name, [values].flat() as number[]]));
}
