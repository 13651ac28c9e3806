/** Joins the scheduler's decisions with processes and time. */
import { AsyncResource } from "node:async_hooks";
import { onAbort } from "../base/abort.js";
import { ForkError } from "../base/errors.js";
import { currentRights } from "../base/rights.js";
import type { ExitStatus } from "../connection/exit-status.js";
import type { Service } from "../rpc/service.js";
import type { TemplateDeath } from "../template/template-process.js";
import type { Attempt } from "./attempt.js";
import { Job, type JobOptions } from "./job.js";
import type { Settings } from "./options.js";
import { PoolOutput } from "./output.js";
import { type Loss, PoolWorker, type PoolWorkerEvents } from "./pool-worker.js";
import { Promotion } from "./promotion.js";
import { Room } from "./room.js";
import { type Actions, Scheduler } from "./scheduler.js";
import { type Slot, SlotState } from "./slot.js";
import { Statistics } from "./statistics.js";
import type { WorkerSource } from "./worker-source.js";

/** The longest time that timers take. */
const FOREVER_MS = 0x7fff_ffff;

/** Failures that the next worker would have as well. */
const HOPELESS: readonly unknown[] = [
  "ERR_ACCESS_DENIED",
  "ERR_FORK_ARGUMENT",
  "ERR_FORK_CLOSED",
  "ERR_FORK_REQUIRE",
  "ERR_FORK_RIGHTS",
  "ERR_FORK_RUNTIME",
  "ERR_FORK_USED",
];

export interface CoreEvents {
  /** A worker takes jobs. */
  ready(worker: PoolWorker): void;
  /** A worker's process is gone. @param error why, unless the pool has dismissed it */
  exit(worker: PoolWorker, status: ExitStatus, error: Error | undefined): void;
  startFailed(error: Error): void;
  templateDied(death: TemplateDeath): void;
  event(worker: PoolWorker, values: unknown[]): void;
}

export interface CoreOptions {
  settings: Settings;
  source: WorkerSource;
  service: Service;
}

export class PoolCore implements Actions<Job>, PoolWorkerEvents {
  readonly statistics = new Statistics();
  /** Resolves when it was closed and nothing is left. */
  readonly ended: Promise<void>;
  readonly settings: Settings;
  readonly scheduler: Scheduler<Job>;
  readonly workers = new Map<Slot, PoolWorker>();
  readonly output: PoolOutput;
  readonly room = new Room(() => this.#free);
  readonly #source: WorkerSource;
  readonly #service: Service;
  readonly #events: CoreEvents;
  readonly #promotion: Promotion;
  /** Why workers have ended that were not dismissed. */
  readonly #losses = new WeakMap<PoolWorker, Error>();
  /** Keeps this program alive as long as there are jobs to be done. */
  readonly #keepAlive = setInterval(() => {}, FOREVER_MS).unref();
  /** A worker outlives the job that it is started for, and must not keep that job's context. */
  readonly #scope = new AsyncResource("DesktopForkPool");
  #unsettled = 0;
  #wakeTimer: NodeJS.Timeout | undefined;
  #startError: Error | undefined;
  /** Why no jobs are taken any more. */
  #refusal: ForkError | undefined;
  #isTerminated = false;
  /** User and groups of this program, and of the workers. */
  #credentials = currentRights().credentials;
  #settleEnded!: () => void;

  constructor({ settings, source, service }: CoreOptions, events: CoreEvents) {
    this.settings = settings;
    this.output = new PoolOutput(settings.output);
    this.#source = source;
    this.#service = service;
    this.#events = events;
    source.onDied((death) => events.templateDied(death));
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
    this.scheduler = new Scheduler(settings, this);
    this.#promotion = new Promotion({ scheduler: this.scheduler, workers: this.workers, source });
    this.scheduler.wake(performance.now());
  }

  /** Jobs that would not be refused now. */
  get #free(): number {
    const { max, load, maxQueue } = this.settings;
    if (maxQueue === Number.POSITIVE_INFINITY) return maxQueue;
    return max * load + maxQueue - this.scheduler.queue.size - this.scheduler.running;
  }

  run(name: string, args: readonly unknown[], options: JobOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#refusal !== undefined) return reject(this.#refusal);
      const now = performance.now();
      this.#renewOthers(now);
      const job: Job = new Job(
        { name, args, options, defaults: this.settings, now },
        {
          resolve: (value) => {
            this.statistics.completed++;
            this.#hold(-1);
            resolve(value);
          },
          reject: (error) => {
            this.statistics.failed++;
            this.#hold(-1);
            job.disobey();
            reject(error);
          },
        },
      );
      this.#hold(1);
      if (job.signal?.aborted) return job.reject(job.abortError());
      this.room.taken();
      if (this.#free <= 0) return job.reject(this.#fullError());
      if (job.signal !== undefined) job.disobey = onAbort(job.signal, () => this.#abort(job));
      this.scheduler.submit(job, now);
    });
  }

  /** This program may have become another user: workers of the user that it was have no more jobs. */
  #renewOthers(now: number): void {
    const { credentials } = currentRights();
    if (credentials === this.#credentials) return;
    this.#credentials = credentials;
    this.scheduler.renew(now);
  }

  /** @throws ForkError ERR_FORK_ARGUMENT */
  checkOutput({ onOutput }: JobOptions): void {
    const { stdout, stderr } = this.settings.output;
    if (onOutput !== undefined && stdout !== "job" && stderr !== "job")
      throw new ForkError(
        "ERR_FORK_ARGUMENT",
        "the option 'onOutput' needs a pool with the option stdout: 'job' or stderr: 'job'",
      );
  }

  async promote(): Promise<number> {
    if (this.#refusal !== undefined) throw this.#refusal;
    return this.#promotion.run();
  }

  setMax(max: number): void {
    this.settings.max = max;
    this.scheduler.setMax(max, performance.now());
    this.room.changed();
  }

  /** Takes no more jobs, and does those that it has. */
  close(): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = new ForkError("ERR_FORK_CLOSED", "the pool was closed");
    this.#keepAlive.ref();
    this.room.open();
    this.scheduler.close(performance.now());
  }

  /** Rejects all jobs, and kills all workers. */
  terminate(): void {
    if (this.#isTerminated) return;
    this.#isTerminated = true;
    const reason = new ForkError("ERR_FORK_CLOSED", "the pool was terminated");
    this.#refusal = reason;
    this.#keepAlive.ref();
    this.room.open();
    for (const job of this.scheduler.queue.clear()) job.reject(reason);
    this.scheduler.close(performance.now());
    for (const worker of [...this.workers.values()]) worker.kill(reason, "rejected");
  }

  start(slot: Slot): void {
    this.statistics.started++;
    this.#scope.runInAsyncScope(() => this.#start(slot));
  }

  #start(slot: Slot): void {
    try {
      const { settings, output } = this;
      const options = { slot, process: this.#source.fork(), service: this.#service, output, settings };
      this.workers.set(slot, new PoolWorker(options, this));
    } catch (error) {
      queueMicrotask(() => {
        this.#startFailed(slot, error as Error, []);
        this.scheduler.left(slot, performance.now());
      });
    }
  }

  give(job: Job, slot: Slot): boolean {
    const now = performance.now();
    const worker = this.workers.get(slot) as PoolWorker;
    if (!worker.give(job, now)) return false;
    job.holder = worker;
    const { onStart } = job;
    if (onStart !== undefined) queueMicrotask(() => onStart(worker.pid as number));
    this.statistics.waited(now - job.waitsSince);
    return true;
  }

  dismiss(slot: Slot): void {
    const worker = this.workers.get(slot);
    if (slot.readyAt !== undefined) return worker?.dismiss();
    // Not in this turn: the scheduler is at work.
    queueMicrotask(() => worker?.kill(new ForkError("ERR_FORK_CLOSED", "the worker is not needed any more"), "lost"));
  }

  refuse(jobs: Job[]): void {
    for (const job of jobs) job.reject(this.#startError);
    this.room.changed();
  }

  wakeAt(time: number): void {
    clearTimeout(this.#wakeTimer);
    const delay = Math.min(Math.max(1, Math.ceil(time - performance.now())), FOREVER_MS);
    this.#wakeTimer = setTimeout(() => this.scheduler.wake(performance.now()), delay).unref();
  }

  closed(): void {
    clearTimeout(this.#wakeTimer);
    clearInterval(this.#keepAlive);
    this.#source.close();
    this.output.end();
    this.#settleEnded();
  }

  ready(worker: PoolWorker): void {
    this.scheduler.ready(worker.slot, performance.now());
    this.#events.ready(worker);
  }

  retiring({ slot }: PoolWorker): void {
    this.scheduler.retire(slot, performance.now());
  }

  unreachable({ slot }: PoolWorker): void {
    slot.isUnreachable = true;
  }

  event(worker: PoolWorker, values: unknown[]): void {
    this.#events.event(worker, values);
  }

  released({ slot }: PoolWorker, { job, startedAt }: Attempt): void {
    const now = performance.now();
    job.holder = undefined;
    this.statistics.ran(now - startedAt);
    job.disobey();
    this.scheduler.released(slot, now);
    this.#promotion.changed();
    this.room.changed();
  }

  lost(worker: PoolWorker, loss: Loss): void {
    for (const job of loss.over) job.disobey();
    this.#lose(worker, loss);
    this.#promotion.changed();
    this.room.changed();
  }

  #lose(worker: PoolWorker, { error, again }: Loss): void {
    const { slot } = worker;
    const now = performance.now();
    for (const job of again) {
      job.holder = undefined;
      job.waitsSince = now;
      this.statistics.retried++;
    }
    if (slot.state === SlotState.Leaving || error === this.#refusal) return this.scheduler.lost(slot, now, { again });
    this.statistics.died++;
    this.#losses.set(worker, error);
    if (slot.readyAt === undefined) this.#startFailed(slot, error, again);
    else this.scheduler.lost(slot, now, { again });
  }

  left(worker: PoolWorker, status: ExitStatus): void {
    this.workers.delete(worker.slot);
    this.scheduler.left(worker.slot, performance.now());
    this.#events.exit(worker, status, this.#losses.get(worker));
  }

  #startFailed(slot: Slot, error: Error, again: readonly Job[]): void {
    this.#startError = error;
    const hopeless = HOPELESS.includes((error as ForkError).code);
    this.scheduler.lost(slot, performance.now(), { again, hopeless });
    this.#events.startFailed(error);
  }

  #abort(job: Job): void {
    if (job.holder !== undefined) return job.holder.abort(job);
    if (!this.scheduler.cancel(job, performance.now())) return;
    job.reject(job.abortError());
    this.room.changed();
  }

  #hold(jobs: 1 | -1): void {
    this.#unsettled += jobs;
    if (this.#refusal !== undefined) return;
    if (jobs === 1 && this.#unsettled === 1) this.#keepAlive.ref();
    if (this.#unsettled === 0) this.#keepAlive.unref();
  }

  #fullError(): ForkError {
    const { size } = this.scheduler.queue;
    return new ForkError("ERR_FORK_QUEUE_FULL", `the pool has no room for another job: ${size} wait already`);
  }
}
