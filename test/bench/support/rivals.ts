/** How the rivals start a worker, each in the way that is fastest for it. */
import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { built, heavyModules, programPath } from "./programs.js";
import type { Start } from "./starts.js";

/** A byte on a pipe: quicker than a message of the IPC channel. */
export function startFork(program: string): Start {
  const child = fork(programPath(program), { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const ended = once(child, "exit");
  return {
    first: once(child.stdout as NodeJS.ReadableStream, "data"),
    end: () => {
      if (child.connected) child.disconnect();
      return ended;
    },
  };
}

export function startThread(program: string): Start {
  const thread = new Worker(programPath(program));
  const ended = once(thread, "exit");
  return { first: once(thread, "message"), end: () => ended };
}

export function startSnapshot(blob: string): Start {
  const child = spawn(process.execPath, ["--snapshot-blob", blob, "x"], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  return { first: once(child.stdout, "data"), end: () => ended };
}

/** @param files modules to be in it */
export function buildSnapshot(name: string, files: readonly string[]): string {
  return built(name, (file) => {
    const arguments_ = ["--snapshot-blob", file, "--build-snapshot", programPath("snapshot-entry.cjs")];
    const env = { ...process.env, BENCH_MODULES: files.join(":") };
    execFileSync(process.execPath, arguments_, { env, stdio: ["ignore", "ignore", "ignore"] });
  });
}

/** A module with native code can't be in a snapshot. */
export function snapshotModules(): string[] {
  return heavyModules().files.filter((file) => !file.includes("sharp"));
}

interface Pool {
  run(task: unknown): Promise<unknown>;
  destroy(): Promise<unknown>;
}

/** A pool with one thread that is new: what a job in a worker of its own takes. */
export async function piscinaStarter(): Promise<() => Start> {
  const { Piscina } = await import("piscina");
  return () => startPool(new Piscina({ filename: programPath("pool.cjs"), minThreads: 1, maxThreads: 1 }));
}

export async function tinypoolStarter(): Promise<() => Start> {
  const { Tinypool } = await import("tinypool");
  return () => startPool(new Tinypool({ filename: programPath("pool.cjs"), minThreads: 1, maxThreads: 1 }));
}

function startPool(pool: Pool): Start {
  return { first: pool.run("x"), end: () => pool.destroy() };
}

export async function workerpoolStarter(workerType: "thread" | "process"): Promise<() => Start> {
  const { default: workerpool } = await import("workerpool");
  return () => {
    const pool = workerpool.pool(programPath("workerpool.cjs"), { maxWorkers: 1, workerType });
    return { first: Promise.resolve(pool.exec("first", [])), end: () => Promise.resolve(pool.terminate()) };
  };
}
