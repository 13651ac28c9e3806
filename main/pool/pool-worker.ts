/** One worker of a pool, with the jobs that it has. */

import type { ForkProcess } from "../api/fork-process.js";
import { ForkError } from "../base/errors.js";
import type { ExitStatus } from "../connection/exit-status.js";
import { RpcProcess } from "../rpc/rpc-process.js";
import type { Service } from "../rpc/service.js";
import { Attempt } from "./attempt.js";
import { Heartbeat } from "./heartbeat.js";
import type { Job } from "./job.js";
import { hungError, isStream, lossError, slowStartError } from "./loss.js";
import { MemoryWatch } from "./memory-watch.js";
import type { Settings } from "./options.js";
import { type PoolOutput, WorkerOutput } from "./output.js";
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
  /** It can't be given any jobs: lost() follows when it is known why. */
  unreachable(worker: PoolWorker): void;
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
  output: PoolOutput;
  settings: Pick<Settings, "abortGrace" | "exitTimeout" | "heartbeat" | "maxMemory" | "startTimeout">;
}

export class PoolWorker {
  readonly slot: Slot;
  readonly process: ForkProcess;
  readonly memory: MemoryWatch;
  readonly #settings: PoolWorkerOptions["settings"];
  readonly #events: PoolWorkerEvents;
  readonly #rpc: RpcProcess;
  readonly #output: WorkerOutput;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #attempts = new Map<Job, Attempt>();
  readonly #startTimer: NodeJS.Timeout | undefined;
  #fate: Fate = "lost";

  constructor({ slot, process, service, output, settings }: PoolWorkerOptions, events: PoolWorkerEvents) {
    this.slot = slot;
    this.process = process;
    this.#settings = settings;
    this.#events = events;
    this.#output = new WorkerOutput(output, process);
    this.memory = new MemoryWatch({
      pid: () => this.pid,
      limit: settings.maxMemory,
      onExcess: () => events.retiring(this),
    });
    if (settings.heartbeat > 0 && settings.heartbeat < Number.POSITIVE_INFINITY)
      this.#heartbeat = this.#newHeartbeat(settings.heartbeat);
    const { startTimeout } = settings;
    if (startTimeout > 0 && startTimeout < Number.POSITIVE_INFINITY)
      this.#startTimer = setTimeout(
        () => this.kill(slowStartError(this.pid, startTimeout), "lost"),
        startTimeout,
      ).unref();
    let settleLost!: () => void;
    const lost = new Promise<void>((resolve) => {
      settleLost = resolve;
    });
    this.#rpc = new RpcProcess(process, service, {
      ready: () => {
        clearTimeout(this.#startTimer);
        events.ready(this);
      },
      retiring: () => events.retiring(this),
      ended: () => events.unreachable(this),
      event: (values) => events.event(this, values),
      failed: (error) => {
        void this.#lose(error).then(settleLost);
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
          this.#answer(attempt, () => job.resolve(value));
        },
        reject: (error) => this.#answer(attempt, () => job.reject(error)),
        finished: () => {
          // Whoever read the stream may have left it before its end.
          if (attempt.isStreaming && !attempt.isOver) attempt.abandon(this.#settings.abortGrace);
        },
        settled: () => this.#afterOutput(job, () => this.#release(attempt)),
      });
    } catch (error) {
      job.reject(error);
      return false;
    }
    attempt.limit();
    this.#attempts.set(job, attempt);
    if (job.onOutput !== undefined) this.#output.listener = job.onOutput;
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

  #newHeartbeat(intervalMs: number): Heartbeat {
    return new Heartbeat({
      intervalMs,
      isNeeded: () => this.#attempts.size > 0,
      ping: (answered) => this.#rpc.client.ping(answered),
      onSilence: () => this.kill(hungError(this.pid, intervalMs), "lost"),
    });
  }

  #answer(attempt: Attempt, settle: () => void): void {
    if (attempt.isOver) return;
    attempt.isAnswered = true;
    this.#afterOutput(attempt.job, settle);
  }

  /** What a job has written comes before its result. */
  #afterOutput({ onOutput }: Job, act: () => void): void {
    if (onOutput === undefined) act();
    else void this.#output.caughtUp().then(act);
  }

  #release(attempt: Attempt): void {
    if (attempt.isOver) return;
    attempt.end();
    this.#attempts.delete(attempt.job);
    this.#output.listener = undefined;
    this.#events.released(this, attempt);
    this.memory.suspect();
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
      this.kill(new ForkError("ERR_FORK_DIED", "its job went on after it was aborted", { pid: this.pid }), "lost");
    else this.#events.retiring(this);
  }

  async #lose(error: Error): Promise<void> {
    const fate = this.#fate;
    clearTimeout(this.#startTimer);
    this.#heartbeat?.stop();
    this.memory.stop();
    // Nobody but the one who waits for it can be told why it could not start; with jobs, others shall have them soon.
    if (this.slot.readyAt === undefined) await this.#output.caughtUp();
    const rejected: Job[] = [];
    const loss: Loss = { error: lossError(error, this.#output.tail), again: [], over: [] };
    for (const attempt of this.#attempts.values()) {
      attempt.end();
      const { job } = attempt;
      const isOpen = !job.isSettled && !attempt.isAnswered;
      if (isOpen && (fate === "again" || (fate === "lost" && job.retries-- > 0))) {
        loss.again.push(job);
      } else {
        loss.over.push(job);
        if (isOpen) rejected.push(job);
      }
    }
    this.#attempts.clear();
    this.#events.lost(this, loss);
    if (rejected.length > 0) await this.#output.caughtUp();
    for (const job of rejected) job.reject(fate === "lost" ? lossError(error, this.#output.tail, job) : error);
  }
}
