/**
 * What compiles and what does not, of pools. Checked by the compiler with the build: an `@ts-expect-error` on a line that
 * compiles is an error. Nothing here is ever run.
 */
import type { Histogram } from "node:perf_hooks";
import type { Readable } from "node:stream";
import { ForkProcess, type MemoryUse, Template } from "../../main/index.js";
import { createPool, type Pool, type PoolOptions, type PoolStats } from "../../main/pool/index.js";
import type { OpenFile } from "../../main/rpc/index.js";

interface Picture {
  name: string;
  octets: Uint8Array;
}

class Cache {
  size = 0;
  clear(): void {
    this.size = 0;
  }
}

/** What `typeof import("./jobs.js")` would be. */
interface Jobs {
  shrink(picture: Picture, width?: number): Promise<Picture>;
  add(a: number, b: number): number;
  warmUp(): void;
  lines(file: OpenFile): AsyncGenerator<string, void, undefined>;
  callBack(callback: () => void): void;
  cache(): Cache;
  never(): never;
  readonly version: string;
}

const module = new URL("file:///jobs.js");

declare const picture: Picture;
declare const file: OpenFile;

export async function jobs(): Promise<void> {
  const pool = createPool<Jobs>({ module });

  const sum: number = await pool.run("add", [1, 2]);
  const small: Picture = await pool.run("shrink", [picture, 128], { timeout: 1000, priority: -1, retries: 2 });
  await pool.run("shrink", [picture]);
  await pool.run("warmUp");
  await pool.run("warmUp", [], { signal: AbortSignal.timeout(5) });
  for await (const line of await pool.run("lines", [file])) line.toUpperCase();
  // @ts-expect-error a job gives a promise
  const soon: number = pool.run("add", [1, 2]);
  // @ts-expect-error the result is a number
  const text: string = await pool.run("add", [1, 2]);
  // @ts-expect-error arguments are needed
  pool.run("add");
  // @ts-expect-error an argument is missing
  pool.run("add", [1]);
  // @ts-expect-error an argument too many
  pool.run("add", [1, 2, 3]);
  // @ts-expect-error an argument of another type
  pool.run("add", [1, "2"]);
  // @ts-expect-error the arguments are a list
  pool.run("add", 1, 2);
  // @ts-expect-error a field is missing
  pool.run("shrink", [{ name: "a" }]);
  // @ts-expect-error there is no such function
  pool.run("subtract", [1, 2]);
  // @ts-expect-error that is no function
  pool.run("version");
  // @ts-expect-error the stream has to be awaited first
  for await (const line of pool.run("lines", [file])) void line;
  // @ts-expect-error a result that can't be serialised
  const cache: Promise<Cache> = pool.run("cache", []);
  // @ts-expect-error functions can't be arguments
  pool.run("callBack", [() => {}]);

  void [sum, small, soon, text, cache];
}

export async function methods({ api }: Pool<Jobs>): Promise<void> {
  const sum: number = await api.add(1, 2);
  const nothing: never = await api.never();
  // @ts-expect-error an argument of another type
  api.add("1", 2);
  // @ts-expect-error there is no such function
  api.subtract(1, 2);
  // @ts-expect-error that is no function
  api.version();
  // @ts-expect-error instances with methods can't be results
  api.cache();
  // @ts-expect-error functions can't be arguments
  api.callBack(() => {});
  // @ts-expect-error options are for run()
  api.warmUp({ priority: 1 });
  void [sum, nothing];
}

export function jobOptions(pool: Pool<Jobs>): void {
  pool.run("warmUp", [], { onStart: (pid) => pid.toFixed(), onOutput: (chunk, stream) => [chunk.length, stream] });
  // @ts-expect-error there is no such option
  pool.run("warmUp", [], { prio: 1 });
  // @ts-expect-error a priority is a number
  pool.run("warmUp", [], { priority: "high" });
  // @ts-expect-error a timeout is in milliseconds
  pool.run("warmUp", [], { timeout: "1s" });
  // @ts-expect-error not the controller, but its signal
  pool.run("warmUp", [], { signal: new AbortController() });
  pool.run("warmUp", [], {
    // @ts-expect-error it gets a pid
    onStart: (name: string) => name,
  });
}

export function untyped(): void {
  const pool = createPool({ module: "./jobs.js" });
  void pool.run("whatever", [1, "two"]).then((result: unknown) => result);
  void pool.api["whatever"]?.(1, "two").then((result: unknown) => result);
}

export function options(): PoolOptions[] {
  const template = new Template();
  return [
    { module, preload: ["sharp", new URL("file:///a.js")], max: 4, idle: 0, load: 2, start: 0, stop: 0 },
    { module, template, maxQueue: Number.POSITIVE_INFINITY, maxJobs: 10, timeout: 0, retries: 0 },
    { module, template: ForkProcess.create(), isolate: "job", stdout: "pipe", stderr: "job" },
    { module, serializer: "json", init: "init", done: "done", title: "jobs", maxMemory: 2 ** 28, heartbeat: 1000 },
    { module, runtime: "/bin/node", execArgv: [], env: { A: "1" }, strategy: "exec", cwd: "/" },
    // @ts-expect-error the module is missing
    {},
    // @ts-expect-error there is no such mode
    { module, isolate: "thread" },
    // @ts-expect-error there is no such stream
    { module, stdout: "overlapped" },
    // @ts-expect-error standard input is nobody's
    { module, stdin: "pipe" },
    // @ts-expect-error a number of workers
    { module, max: "4" },
    // @ts-expect-error what can be forked
    { module, template: {} },
    // @ts-expect-error a list
    { module, preload: "sharp" },
    // @ts-expect-error other pools call it so
    { module, minThreads: 1 },
  ];
}

export async function life(): Promise<void> {
  await using pool = createPool<Jobs>({ module });
  await pool.room();
  pool.max = 3;
  const pid: number = await pool.promote();
  const ended: boolean = pool.kill(pid, "SIGKILL");
  const output: Readable | null = pool.stdout;
  await pool.terminate();
  // @ts-expect-error there is no such signal
  pool.kill(pid, "SIGNOTHING");
  // @ts-expect-error the rest was said when it was made
  pool.idle = 3;
  void [ended, output];
}

export async function figures(pool: Pool<Jobs>): Promise<void> {
  const { queued, waitTimes, runTimes, workers }: PoolStats = await pool.statsWithMemory();
  const histograms: Histogram[] = [waitTimes, runTimes];
  const memory: MemoryUse | undefined = workers[0]?.memory;
  // @ts-expect-error it is what was counted
  pool.stats().queued.length;
  void [queued, histograms, memory];
}

export function events(pool: Pool<Jobs>): void {
  pool.on("start", ({ pid, startMs }) => [pid, startMs]);
  pool.on("exit", ({ pid, code, signal, error }) => [pid, code, signal, error?.message]);
  pool.on("startFailed", (error) => error.message);
  pool.on("templateDied", ({ pid, error }) => [pid, error.message]);
  pool.on("event", ({ name, args, pid }) => [name.length, args.length, pid]);
  // @ts-expect-error there is no such event
  pool.on("drain", () => {});
  // @ts-expect-error a worker, not its exit code
  pool.on("exit", (code: number) => code);
}
