/** A pool of workers that do the functions of a module. */
import { AsyncResource } from "node:async_hooks";
import { EventEmitter } from "node:events";
import type { Readable } from "node:stream";
import { type InspectOptions, inspect } from "node:util";
import { callerFile } from "../base/caller.js";
import { checkOption, checkOptions } from "../base/check-options.js";
import { ForkError } from "../base/errors.js";
import { inspectLine } from "../base/inspect.js";
import type { ExitStatus } from "../connection/exit-status.js";
import { callsOf } from "../rpc/api.js";
import { serviceOf } from "../rpc/service.js";
import type { AnyModule, Calls, FunctionName, RunArguments, RunResult } from "../rpc/types.js";
import type { TemplateDeath } from "../template/template-process.js";
import { JOB_OPTIONS, type JobOptions } from "./job.js";
import { POOL_OPTIONS, type PoolOptions, settingsOf } from "./options.js";
import { type CoreEvents, PoolCore } from "./pool-core.js";
import { type PoolStats, poolStats, type WorkerStats, workerStats } from "./stats.js";
import { WorkerSource } from "./worker-source.js";

export interface WorkerExit extends WorkerStats, ExitStatus {
  /** Why it ended; undefined when the pool has dismissed it. */
  error: Error | undefined;
}

/** Listeners are called outside of the pool's own work: what they throw is an uncaught exception. */
export interface PoolEvents {
  /** A worker is ready for jobs. */
  start: [worker: WorkerStats];
  /** A worker's process has ended. */
  exit: [worker: WorkerExit];
  /** A worker could not be started, or died before it was ready. The pool goes on trying, ever more slowly. */
  startFailed: [error: Error];
  /** The pool's own template has ended. Another one is started for the next worker. */
  templateDied: [death: TemplateDeath];
  /** A worker has called `emit(name, ...args)`. */
  event: [event: { name: string; args: unknown[]; pid: number | undefined }];
}

/** Pools whose object was dropped finish what they have, and end. */
const dropped = new FinalizationRegistry<PoolCore>((core) => core.close());

/**
 * Makes a pool of workers. The template that they are forked from starts at once and loads the module; the workers come
 * with the jobs.
 *
 * A pool without jobs does not keep this program alive, and ends with it.
 *
 * @example
 * ```ts
 * await using pool = createPool<typeof import("./jobs.js")>({ module: new URL("./jobs.js", import.meta.url) });
 * const sizes = await Promise.all(files.map((file) => pool.run("shrink", [file])));
 * ```
 * @throws ForkError ERR_FORK_ARGUMENT, naming the option
 */
export function createPool<M = AnyModule>(options: PoolOptions): Pool<M> {
  const from = callerFile();
  const settings = settingsOf(options);
  const service = serviceOf(options, from);
  if (settings.output.stdout === "job" || settings.output.stderr === "job") service.plan.outputFirst = true;
  return new Pool(
    (events) => new PoolCore({ settings, service, source: new WorkerSource(options, settings.output) }, events),
  );
}

export class Pool<M = AnyModule> extends EventEmitter<PoolEvents> {
  /** The module's functions: `await pool.api.resize(image, 128)`. */
  readonly api: Calls<M>;
  readonly #core: PoolCore;

  /** @internal */
  constructor(makeCore: (events: CoreEvents) => PoolCore) {
    super();
    this.#core = makeCore(eventsFor(new WeakRef(this)));
    this.api = callsOf((name, args) => this.#core.run(name, args, {})) as Calls<M>;
    dropped.register(this, this.#core);
  }

  /**
   * Has a worker call a function, and resolves with its result. Arguments are sent when a worker is free, and again when
   * the job has to be repeated: leave them as they are until then.
   *
   * @throws ForkError ERR_FORK_ARGUMENT, naming the option. It rejects with what the function threw, or with
   * ERR_FORK_DIED, ERR_FORK_TIMEOUT, ERR_FORK_QUEUE_FULL, ERR_FORK_CLOSED, ERR_FORK_SERIALIZE, ERR_FORK_FUNCTION, what
   * kept workers from starting, or an AbortError.
   */
  run<K extends FunctionName<M>>(name: K, ...rest: RunArguments<M, K, JobOptions>): RunResult<M, K> {
    const [args = [], options = {}] = rest as [args?: readonly unknown[], options?: JobOptions];
    if (typeof name !== "string") throw new ForkError("ERR_FORK_ARGUMENT", "run: a function's name must be a string");
    if (!Array.isArray(args)) throw new ForkError("ERR_FORK_ARGUMENT", "run: the arguments must be an array");
    checkOptions(JOB_OPTIONS, options);
    this.#core.checkOutput(options);
    return this.#core.run(name, args, options) as RunResult<M, K>;
  }

  /**
   * Resolves when the queue has room for a job, which has to be asked for at once: `await pool.room(); pool.run(…)`.
   * Resolves immediately without `maxQueue`, and when the pool is closed.
   */
  room(): Promise<void> {
    return this.#core.room.wait();
  }

  get max(): number {
    return this.#core.settings.max;
  }

  /** Workers that take jobs, at most. Those beyond it end when they have no job. @throws ForkError ERR_FORK_ARGUMENT */
  set max(max: number) {
    checkOption(POOL_OPTIONS, "max", max);
    this.#core.setMax(max);
  }

  stats(): PoolStats {
    return poolStats(this.#core);
  }

  /** The same, after the workers' memory was measured. */
  async statsWithMemory(): Promise<PoolStats> {
    await Promise.all([...this.#core.workers.values()].map(({ memory }) => memory.read()));
    return this.stats();
  }

  /** What workers write to their standard output, where the mode is `pipe`; yours to read: workers wait when it is full. */
  get stdout(): Readable | null {
    return this.#core.output.stdout;
  }

  /** What workers write to their standard error, where the mode is `pipe`. */
  get stderr(): Readable | null {
    return this.#core.output.stderr;
  }

  /**
   * Makes a fork of a worker the template of all workers to come: what that worker has compiled, cached and loaded they
   * have from the start, and share. It is the one that has done most jobs; the fork is made when it has none. Workers that
   * are there stay as they are. When the new template dies, the one before it takes its place again.
   *
   * @returns its pid
   * @throws ForkError ERR_FORK_REFUSED when no worker has done a job, or one can't be forked: the message names the
   * thread in the way; ERR_FORK_UNSUPPORTED where the strategy is `exec`; ERR_FORK_DIED; ERR_FORK_CLOSED
   */
  promote(): Promise<number> {
    return this.#core.promote();
  }

  /**
   * Sends a signal to one of the workers.
   * @returns false when the pool has no such worker, or it has ended
   */
  kill(pid: number, signal: NodeJS.Signals | number = "SIGTERM"): boolean {
    for (const worker of this.#core.workers.values()) if (worker.pid === pid) return worker.signal(signal);
    return false;
  }

  /** Takes no more jobs, does all that it has, and resolves when all workers have ended. */
  async close(): Promise<void> {
    this.#core.close();
    await this.#core.ended;
  }

  /** Rejects all jobs with ERR_FORK_CLOSED, kills all workers, and resolves when they have ended. */
  async terminate(): Promise<void> {
    this.#core.terminate();
    await this.#core.ended;
  }

  /** @internal */
  [inspect.custom](_depth: number, options: InspectOptions, show: typeof inspect): string {
    const { workers, scheduler, settings } = this.#core;
    const busy = [...workers.values()].filter(({ attempts }) => [...attempts].length > 0).length;
    const facts = { workers: workers.size, busy, queued: scheduler.queue.size, max: settings.max };
    return inspectLine("Pool", facts, options, show);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The core lives as long as there is work; it must not keep the pool's object alive. */
function eventsFor(pool: WeakRef<EventEmitter<PoolEvents>>): CoreEvents {
  // Not that of the job which happens to need a worker.
  const scope = new AsyncResource("DesktopForkPool");
  const emit = <K extends keyof PoolEvents>(name: K, make: () => PoolEvents[K]) => {
    if (!pool.deref()?.listenerCount(name)) return;
    const values = make();
    scope.runInAsyncScope(() =>
      queueMicrotask(() => (pool.deref() as EventEmitter | undefined)?.emit(name, ...values)),
    );
  };
  return {
    ready: (worker) => emit("start", () => [workerStats(worker)]),
    exit: (worker, status, error) => emit("exit", () => [{ ...workerStats(worker), ...status, error }]),
    startFailed: (error) => emit("startFailed", () => [error]),
    templateDied: (death) => emit("templateDied", () => [death]),
    event: ({ pid }, [name, ...args]) => emit("event", () => [{ name: name as string, args, pid }]),
  };
}
