/** What a pool can be told, and the checks of it. */
import fs from "node:fs";
import { ForkProcess } from "../api/fork-process.js";
import { Template } from "../api/template.js";
import { checkOptions, type OptionSchema, optionError } from "../base/check-options.js";
import { ForkError } from "../base/errors.js";
import { integer, MODULES, milliseconds, NAME, oneOf, RUNTIME_KINDS } from "../base/option-kinds.js";
import { SERVICE_KINDS, type ServiceOptions } from "../rpc/service.js";
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

const DEFAULT_STOP_MS = 10_000;
const DEFAULT_ABORT_GRACE_MS = 1000;
const DEFAULT_START_TIMEOUT_MS = 60_000;
const DEFAULT_EXIT_TIMEOUT_MS = 10_000;

const LIMIT = integer({ infinite: true });
const TIME = milliseconds({ infinite: true });
const OUTPUT = oneOf(...OUTPUT_MODES);

export const POOL_OPTIONS: OptionSchema<PoolOptions> = {
  what: "createPool",
  kinds: {
    ...SERVICE_KINDS,
    ...RUNTIME_KINDS,
    preload: MODULES,
    template: {
      expected: "a Template or a ForkProcess",
      holds: (value) => value instanceof Template || value instanceof ForkProcess,
    },
    cwd: NAME,
    max: integer({ least: 1 }),
    idle: integer(),
    load: integer({ least: 1, infinite: true }),
    start: TIME,
    stop: TIME,
    maxQueue: LIMIT,
    maxJobs: integer({ least: 1, infinite: true }),
    isolate: oneOf("worker", "job"),
    timeout: TIME,
    retries: LIMIT,
    abortGrace: TIME,
    startTimeout: TIME,
    exitTimeout: TIME,
    heartbeat: TIME,
    maxMemory: integer({ least: 1, infinite: true }),
    stdout: OUTPUT,
    stderr: OUTPUT,
  },
};

/** @throws ForkError ERR_FORK_ARGUMENT, naming the option; ERR_FORK_UNSUPPORTED */
export function settingsOf(options: PoolOptions): Settings {
  checkOptions(POOL_OPTIONS, options);
  checkTogether(options);
  const settings = {
    max: options.max ?? availableParallelism(),
    idle: options.idle ?? 0,
    load: options.load ?? 1,
    start: options.start ?? 0,
    stop: options.stop ?? DEFAULT_STOP_MS,
    maxQueue: options.maxQueue ?? Number.POSITIVE_INFINITY,
    maxJobs: options.maxJobs ?? Number.POSITIVE_INFINITY,
    timeout: options.timeout ?? 0,
    retries: options.retries ?? 0,
    abortGrace: options.abortGrace ?? DEFAULT_ABORT_GRACE_MS,
    startTimeout: options.startTimeout ?? DEFAULT_START_TIMEOUT_MS,
    exitTimeout: options.exitTimeout ?? DEFAULT_EXIT_TIMEOUT_MS,
    heartbeat: options.heartbeat ?? 0,
    maxMemory: options.maxMemory ?? Number.POSITIVE_INFINITY,
    output: { stdout: options.stdout ?? "inherit", stderr: options.stderr ?? "forward" },
  } satisfies Settings;
  if (settings.maxMemory < Number.POSITIVE_INFINITY && !fs.existsSync("/proc/self/smaps_rollup"))
    throw new ForkError("ERR_FORK_UNSUPPORTED", "the option 'maxMemory' needs Linux's /proc");
  return options.isolate === "job" ? { ...settings, load: 1, maxJobs: 1 } : settings;
}

const OF_OWN_TEMPLATE = ["preload", "runtime", "execArgv", "env", "strategy", "cwd"] as const;

/** Options that exclude each other. @throws ForkError ERR_FORK_ARGUMENT */
function checkTogether(options: PoolOptions): void {
  if (options.template !== undefined)
    for (const name of OF_OWN_TEMPLATE)
      if (options[name] !== undefined)
        throw new ForkError("ERR_FORK_ARGUMENT", `the option '${name}' is for a pool without the option 'template'`);
  for (const name of ["stdout", "stderr"] as const)
    if (options[name] === "job" && (options.load ?? 1) !== 1)
      throw new ForkError("ERR_FORK_ARGUMENT", `the option '${name}' can be 'job' only when 'load' is 1`);
  if (options.isolate === "job")
    for (const name of ["load", "maxJobs"] as const)
      if (options[name] !== undefined && options[name] !== 1)
        throw optionError(name, "1 when 'isolate' is 'job'", options[name], POOL_OPTIONS.what);
}
