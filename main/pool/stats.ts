/** What a pool tells of itself. */
import type { Histogram } from "node:perf_hooks";
import type { MemoryUse } from "../metrics/memory.js";
import type { PoolCore } from "./pool-core.js";
import type { PoolWorker } from "./pool-worker.js";
import { SlotState } from "./slot.js";

export interface WorkerStats {
  /** Undefined while its process comes to life. */
  pid: number | undefined;
  /** `retiring`: it gets no more jobs. `leaving`: it has none, and ends. */
  state: "starting" | "ready" | "retiring" | "leaving";
  /** Jobs that it has now: the function's name, and for how long it has run, in milliseconds. */
  running: { name: string; runningMs: number }[];
  /** Jobs that it was given in its life. */
  jobs: number;
  /** How long its start took, from the call until it was ready, in milliseconds; undefined while it starts. */
  startMs: number | undefined;
  /** What was found when it was last measured: after jobs with `maxMemory`, and by `statsWithMemory()`. */
  memory: MemoryUse | undefined;
}

export interface PoolStats {
  /** Jobs that wait. */
  queued: number;
  /** Jobs that workers have. */
  running: number;
  /** Jobs whose promise was fulfilled. */
  completed: number;
  /** Jobs whose promise was rejected, for whatever reason. */
  failed: number;
  /** Times that a job was given to another worker because its own had ended. */
  retried: number;
  /** Workers that were started, and those of them that ended without having been dismissed. */
  started: number;
  died: number;
  workers: WorkerStats[];
  /** How long jobs have waited in the queue, in microseconds. */
  waitTimes: Histogram;
  /** How long workers had them, in microseconds. */
  runTimes: Histogram;
}

const STATES = {
  [SlotState.Starting]: "starting",
  [SlotState.Ready]: "ready",
  [SlotState.Retiring]: "retiring",
  [SlotState.Leaving]: "leaving",
} as const;

export function poolStats({ statistics, scheduler, workers }: PoolCore): PoolStats {
  return {
    ...statistics,
    queued: scheduler.queue.size,
    running: scheduler.running,
    workers: [...workers.values()].map(workerStats),
  };
}

export function workerStats({ pid, slot, attempts, memory }: PoolWorker): WorkerStats {
  const now = performance.now();
  const running = [...attempts].map(({ job, startedAt }) => ({ name: job.name, runningMs: now - startedAt }));
  const startMs = slot.readyAt === undefined ? undefined : slot.readyAt - slot.startedAt;
  return { pid, state: STATES[slot.state], running, jobs: slot.given, startMs, memory: memory.last };
}
