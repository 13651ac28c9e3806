/** desktop-fork/pool: workers for the functions of a module, as many as the work needs. */
import { preloadService } from "../rpc/service.js";

export type { JobOptions } from "./job.js";
export type { PoolOptions } from "./options.js";
export type { OutputListener, OutputMode, OutputName } from "./output.js";
export { availableParallelism } from "./parallelism.js";
export { createPool, type Pool, type PoolEvents, type WorkerExit } from "./pool.js";
export type { PoolStats, WorkerStats } from "./stats.js";

preloadService();
