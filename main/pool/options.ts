/** What a pool can be told, and the checks of it. */
import fs from "node:fs";
import { ForkProcess } from "../api/fork-process.js";
import { Template } from "../api/template.js";
import { optionError } from "../base/check-options.js";
import { ForkError } from "../base/errors.js";
import type { ServiceOptions } from "../rpc/service.js";
import type { RuntimeOptions } from "../runtime/runtime.js";
import { OUTPUT_MODES, type OutputMode, type OutputModes } from "./output.js";
import { availableParallelism } from "./parallelism.js";
import type { Limits } from "./scheduler.js";

/** Times are in milliseconds. `Infinity` is a limit that is never reached. */
export interface PoolOptions extends ServiceOptions, RuntimeOptions {
  /** What else the pool's template loads besides `module`: URLs, paths or package names. */
  preload?: readonly (string | URL)[] | undefined;
  /**
   * What workers are forked from, instead of a template of the pool's own: yours to close, after the pool. A process object
   * brings with it what it was sent.
   */
  template?: Template | ForkProcess | undefined;
  /** Working directory of the pool's own template, and so of the workers. Default: that of this program. */
  cwd?: string | undefined;
  /** Workers that take jobs, at most. Default: as many as this program may use processors. */
  max?: number | undefined;
  /** Workers that wait for jobs, at least; they are started at once. Default: 0. */
  idle?: number | undefined;
  /** Jobs that one worker has at a time, at most. Default: 1. More is for throughput: the next job is there already. */
  load?: number | undefined;
  /** How long all workers must have been busy before another one is started. Default: 0. The first is started at once. */
  start?: number | undefined;
  /** How long a worker may be without jobs before it is ended. Default: 10,000. */
  stop?: number | undefined;
  /** Jobs that may wait beyond those that `max` workers can have; more are refused. Default: no limit. */
  maxQueue?: number | undefined;
  /** Jobs after which a worker is replaced. Default: no limit. */
  maxJobs?: number | undefined;
  /** `job`: every job has a worker of its own, which is forked for it and ends after it. Default: `worker`. */
  isolate?: "worker" | "job" | undefined;
  /** How long a job may run before it is killed with its worker. Each job can have its own. 0: for ever, the default. */
  timeout?: number | undefined;
  /** How often a job is tried again when its worker died. Each job can have its own. Default: 0. */
  retries?: number | undefined;
  /**
   * How long a job may go on after it was aborted. Then its worker gets no more jobs, and is killed when it has no others.
   * Default: 1000.
   */
  abortGrace?: number | undefined;
  /**
   * How long a worker may take until it is ready, its `init` included, before it is killed: a module may never finish loading.
   * Default: 60,000. 0: for ever.
   */
  startTimeout?: number | undefined;
  /** How long a worker may take to end after its last job, its `done` function included. Default: 10,000. */
  exitTimeout?: number | undefined;
  /**
   * A worker that has jobs and does not turn its event loop for so long (at most twice as long) is killed, and its jobs
   * fail with ERR_FORK_HUNG. It has to be well above the longest stretch of computing. 0: nobody looks, the default.
   */
  heartbeat?: number | undefined;
  /**
   * A worker whose own memory (USS) is above so many bytes after a job gets no more, and is replaced. Linux only. Default:
   * no limit.
   */
  maxMemory?: number | undefined;
  /** Where workers' standard output goes. Default: `inherit`. */
  stdout?: OutputMode | undefined;
  /** Where workers' standard error goes. Default: `forward`; the errors of lost jobs then have the end of it. */
  stderr?: OutputMode | undefined;
}

export interface Settings extends Limits {
  maxQueue: number;
  timeout: number;
  retries: number;
  abortGrace: number;
  startTimeout: number;
  exitTimeout: number;
  heartbeat: number;
  maxMemory: number;
  output: OutputModes;
}

/** The longest time that timers take. */
const MAX_TIME_MS = 0x7fff_ffff;
const DEFAULT_STOP_MS = 10_000;
const DEFAULT_ABORT_GRACE_MS = 1000;
const DEFAULT_START_TIMEOUT_MS = 60_000;
const DEFAULT_EXIT_TIMEOUT_MS = 10_000;

/** @throws ForkError ERR_FORK_ARGUMENT, naming the option */
export function settingsOf(options: PoolOptions): Settings {
  checkSource(options);
  const { isolate = "worker" } = options;
  if (isolate !== "worker" && isolate !== "job") throw optionError("isolate", "'worker' or 'job'", isolate);
  const settings = {
    max: count("max", options.max ?? availableParallelism(), 1),
    idle: count("idle", options.idle ?? 0, 0),
    load: count("load", options.load ?? 1, 1, true),
    start: time("start", options.start ?? 0),
    stop: time("stop", options.stop ?? DEFAULT_STOP_MS),
    maxQueue: count("maxQueue", options.maxQueue ?? Number.POSITIVE_INFINITY, 0, true),
    maxJobs: count("maxJobs", options.maxJobs ?? Number.POSITIVE_INFINITY, 1, true),
    timeout: time("timeout", options.timeout ?? 0),
    retries: count("retries", options.retries ?? 0, 0, true),
    abortGrace: time("abortGrace", options.abortGrace ?? DEFAULT_ABORT_GRACE_MS),
    startTimeout: time("startTimeout", options.startTimeout ?? DEFAULT_START_TIMEOUT_MS),
    exitTimeout: time("exitTimeout", options.exitTimeout ?? DEFAULT_EXIT_TIMEOUT_MS),
    heartbeat: time("heartbeat", options.heartbeat ?? 0),
    maxMemory: count("maxMemory", options.maxMemory ?? Number.POSITIVE_INFINITY, 1, true),
    output: outputModes(options),
  };
  if (settings.maxMemory < Number.POSITIVE_INFINITY && !fs.existsSync("/proc/self/smaps_rollup"))
    throw new ForkError("ERR_FORK_UNSUPPORTED", "the option 'maxMemory' needs Linux's /proc");
  if (isolate === "worker") return settings;
  for (const name of ["load", "maxJobs"] as const)
    if (options[name] !== undefined && options[name] !== 1)
      throw optionError(name, "1 when 'isolate' is 'job'", options[name]);
  return { ...settings, load: 1, maxJobs: 1 };
}

function outputModes({ stdout = "inherit", stderr = "forward", load = 1 }: PoolOptions): OutputModes {
  for (const [name, mode] of Object.entries({ stdout, stderr })) {
    if (!OUTPUT_MODES.includes(mode)) throw optionError(name, `one of ${OUTPUT_MODES.join(", ")}`, mode);
    if (mode === "job" && load !== 1)
      throw new ForkError("ERR_FORK_ARGUMENT", `the option '${name}' can be 'job' only when 'load' is 1`);
  }
  return { stdout, stderr };
}

/** @throws ForkError ERR_FORK_ARGUMENT */
export function count(name: string, value: unknown, least: number, unlimited = false): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  if (unlimited && value === Number.POSITIVE_INFINITY) return value;
  throw optionError(name, `an integer of at least ${least}${unlimited ? ", or Infinity" : ""}`, value);
}

/** @throws ForkError ERR_FORK_ARGUMENT */
export function time(name: string, value: unknown): number {
  if (typeof value === "number" && ((value >= 0 && value <= MAX_TIME_MS) || value === Number.POSITIVE_INFINITY))
    return value;
  throw optionError(name, `from 0 to ${MAX_TIME_MS} milliseconds, or Infinity`, value);
}

const OF_OWN_TEMPLATE = ["preload", "runtime", "execArgv", "env", "strategy", "cwd"] as const;

function checkSource(options: PoolOptions): void {
  const { template, preload = [] } = options;
  if (!Array.isArray(preload)) throw optionError("preload", "an array of URLs and strings", preload);
  if (template === undefined) return;
  if (!(template instanceof Template || template instanceof ForkProcess))
    throw optionError("template", "a Template or a ForkProcess", template);
  for (const name of OF_OWN_TEMPLATE)
    if (options[name] !== undefined)
      throw new ForkError("ERR_FORK_ARGUMENT", `the option '${name}' is for a pool without the option 'template'`);
}
