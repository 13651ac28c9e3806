/** The rivals' pools, behind what the cases need of one. */
import { programPath } from "./programs.js";

export interface RivalPool {
  run(): Promise<unknown>;
  end(): Promise<unknown>;
}

export async function piscinaPool(workers: number): Promise<RivalPool> {
  const { Piscina } = await import("piscina");
  const pool = new Piscina({ filename: programPath("pool.cjs"), minThreads: workers, maxThreads: workers });
  return { run: () => pool.run(undefined), end: () => pool.destroy() };
}

export async function tinypoolPool(
  workers: number,
  runtime: "worker_threads" | "child_process",
  concurrentTasksPerWorker = 1,
  isolateWorkers = false,
): Promise<RivalPool> {
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({
    ...{ filename: programPath("pool.cjs"), minThreads: workers, maxThreads: workers },
    ...{ runtime, concurrentTasksPerWorker, isolateWorkers },
    // Its processes have nothing of the environment otherwise, and would not load what they shall.
    env: process.env as Record<string, string>,
  });
  return { run: () => pool.run(undefined), end: () => pool.destroy() };
}

export async function workerpoolPool(maxWorkers: number, workerType: "thread" | "process"): Promise<RivalPool> {
  const { default: workerpool } = await import("workerpool");
  const pool = workerpool.pool(programPath("workerpool.cjs"), { maxWorkers, workerType });
  return { run: () => Promise.resolve(pool.exec("first", [])), end: () => Promise.resolve(pool.terminate()) };
}
