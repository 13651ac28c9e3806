/** One worker of a pool, with the jobs that it has. */
import { ForkError } from "../errors.js";
import type { ExitStatus } from "../exit-status.js";
import type { ForkProcess } from "../process.js";
import { RpcProcess } from "../rpc/rpc-process.js";
import type { Service } from "../rpc/service.js";
import { Attempt } from "./attempt.js";
import type { Job } from "./job.js";
import type { Slot } from "./slot.js";

/** What becomes of the jobs of a worker that ends. */
export type Fate =
  /** They were lost with it: they are tried again if they may. */
  | "lost"
  /** They have nothing to do with its end: they are tried again. */
  | "again"
  /** They are rejected with the reason of its end. */
  | "rejected";

export interface Loss {
  error: Error;
  /** Jobs that shall be given to other workers. */
  again: Job[];
  /** The others. */
  over: Job[];
}

export interface PoolWorkerEvents {
  ready(worker: PoolWorker): void;
  /** It shall have no more jobs. */
  retiring(worker: PoolWorker): void;
  /** It sent an event. */
  event(worker: PoolWorker, values: unknown[]): void;
  /** It is done with a job. */
  released(worker: PoolWorker, attempt: Attempt): void;
  /** It can do nothing more; its process may still be there. */
  lost(worker: PoolWorker, loss: Loss): void;
  /** Its process is gone. */
  left(worker: PoolWorker, status: ExitStatus): void;
}

export interface PoolWorkerOptions {
  slot: Slot;
  /** Used up by it. */
  process: ForkProcess;
  service: Service;
  settings: { abortGrace: number; exitTimeout: number };
}

export class PoolWorker {
  readonly slot: Slot;
  readonly #settings: PoolWorkerOptions["settings"];
  readonly #events: PoolWorkerEvents;
  readonly #rpc: RpcProcess;
  readonly #attempts = new Map<Job, Attempt>();
  #fate: Fate = "lost";

  constructor({ slot, process, service, settings }: PoolWorkerOptions, events: PoolWorkerEvents) {
    this.slot = slot;
    this.#settings = settings;
    this.#events = events;
    let settleLost!: () => void;
    const lost = new Promise<void>((resolve) => {
      settleLost = resolve;
    });
    this.#rpc = new RpcProcess(process, service, {
      ready: () => events.ready(this),
      retiring: () => events.retiring(this),
      event: (values) => events.event(this, values),
      failed: (error) => {
        this.#lose(error);
        settleLost();
      },
    });
    void Promise.all([this.#rpc.exited, lost]).then(([status]) => events.left(this, status));
  }

  get pid(): number | undefined {
    return this.#rpc.pid;
  }

  /** The jobs that it has. */
  get attempts(): Iterable<Attempt> {
    return this.#attempts.values();
  }

  /** @returns false when the job can't be sent; it was rejected then */
  give(job: Job, now: number): boolean {
    const attempt = new Attempt(job, now, {
      timedOut: () => this.#timeOut(attempt),
      overdue: () => this.#endOverdue(),
    });
    try {
      attempt.call = this.#rpc.client.call(job.name, job.args, {
        resolve: (value) => {
          attempt.isStreaming = isStream(value);
          job.resolve(value);
        },
        reject: (error) => {
          if (!attempt.isOver) job.reject(error);
        },
        finished: () => {
          // Whoever read the stream may have left it before its end.
          if (attempt.isStreaming && !attempt.isOver) attempt.abandon(this.#settings.abortGrace);
        },
        settled: () => this.#release(attempt),
      });
    } catch (error) {
      job.reject(error);
      return false;
    }
    attempt.limit();
    this.#attempts.set(job, attempt);
    return true;
  }

  /** Nobody wants the job any more: the worker is told. */
  abort(job: Job): void {
    const attempt = this.#attempts.get(job);
    if (attempt === undefined) return;
    this.#interrupt(attempt, job.abortError());
    attempt.abandon(this.#settings.abortGrace);
  }

  /** Lets it end; it has no jobs. */
  dismiss(): void {
    const reason = new ForkError("ERR_FORK_CLOSED", "the pool has dismissed this worker");
    const { exitTimeout } = this.#settings;
    // Not in this turn: the scheduler is at work.
    if (exitTimeout === 0) return queueMicrotask(() => this.kill(reason, "lost"));
    this.#rpc.finish(reason);
    if (exitTimeout === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => this.kill(reason, "lost"), exitTimeout).unref();
    void this.#rpc.exited.then(() => clearTimeout(timer));
  }

  /** Ends it at once. */
  kill(reason: ForkError, fate: Fate): void {
    this.#fate = fate;
    this.#rpc.fail(reason);
  }

  /** @returns false when its process has ended, or does not live yet */
  signal(signal: NodeJS.Signals | number): boolean {
    return this.#rpc.connection?.kill(signal) ?? false;
  }

  #release(attempt: Attempt): void {
    if (attempt.isOver) return;
    attempt.end();
    this.#attempts.delete(attempt.job);
    this.#events.released(this, attempt);
    this.#endOverdue();
  }

  /** Whoever waits for it gets the error now. */
  #interrupt({ job, call, isStreaming }: Attempt, error: Error): void {
    if (isStreaming) return this.#rpc.client.abortStream(call, error);
    job.reject(error);
    this.#rpc.client.abandon(call);
  }

  #timeOut(attempt: Attempt): void {
    const error = attempt.job.timeoutError(this.pid);
    this.#interrupt(attempt, error);
    this.kill(error, "again");
  }

  /** A job that goes on for too long after it was aborted ends its worker, but not other jobs. */
  #endOverdue(): void {
    const attempts = [...this.#attempts.values()];
    if (!attempts.some(({ isOverdue }) => isOverdue)) return;
    if (attempts.every(({ isOverdue }) => isOverdue))
      this.kill(new ForkError("ERR_FORK_DIED", "the job did not end when it was aborted", { pid: this.pid }), "lost");
    else this.#events.retiring(this);
  }

  #lose(error: Error): void {
    const loss: Loss = { error, again: [], over: [] };
    for (const attempt of this.#attempts.values()) {
      attempt.end();
      const { job } = attempt;
      if (!job.isSettled && (this.#fate === "again" || (this.#fate === "lost" && job.retries-- > 0))) {
        loss.again.push(job);
      } else {
        loss.over.push(job);
        job.reject(this.#fate === "lost" ? lossOf(job, error) : error);
      }
    }
    this.#attempts.clear();
    this.#events.lost(this, loss);
  }
}

function isStream(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** Each job has an error of its own. */
function lossOf(job: Job, error: Error): Error {
  if (!(error instanceof ForkError)) return error;
  const { code, message, cause, ...fields } = error;
  return new ForkError(code, `'${job.name}' was lost: ${message}`, { ...fields, cause });
}
