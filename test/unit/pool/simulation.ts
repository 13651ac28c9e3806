/** A pool without processes: the scheduler with a clock and workers that are turned by hand. */
import type { Queued } from "../../../main/pool/job-queue.js";
import { type Actions, type Limits, type Loss, Scheduler } from "../../../main/pool/scheduler.js";
import { type Slot, SlotState } from "../../../main/pool/slot.js";

export interface SimulatedJob extends Queued {
  id: number;
}

const DEFAULTS: Limits = { idle: 0, max: 2, load: 1, start: 0, stop: 1000, maxJobs: Number.POSITIVE_INFINITY };

export class Simulation implements Actions<SimulatedJob> {
  now = 0;
  readonly maxJobs: number;
  readonly scheduler: Scheduler<SimulatedJob>;
  /** Slots that are to be started, in order; ready() takes them. */
  readonly starting: Slot[] = [];
  /** Slots whose process is to end; left() takes them. */
  readonly leaving: Slot[] = [];
  readonly jobs = new Map<Slot, SimulatedJob[]>();
  readonly given: number[] = [];
  readonly refused: number[] = [];
  /** When workers were started. */
  readonly startTimes: number[] = [];
  isClosed = false;
  /** Jobs that can't be sent. */
  unsendable = new Set<number>();
  #wakeTime = Number.POSITIVE_INFINITY;
  #lastId = 0;

  constructor(limits: Partial<Limits> = {}) {
    this.maxJobs = limits.maxJobs ?? DEFAULTS.maxJobs;
    this.scheduler = new Scheduler({ ...DEFAULTS, ...limits }, this);
    this.scheduler.wake(0);
  }

  get slots(): Slot[] {
    return [...this.scheduler.slots];
  }

  in(...states: SlotState[]): Slot[] {
    return this.slots.filter(({ state }) => states.includes(state));
  }

  get alive(): number {
    return this.in(SlotState.Starting, SlotState.Ready).length;
  }

  submit(count = 1, priority = 0): SimulatedJob[] {
    return Array.from({ length: count }, () => {
      const job = { id: ++this.#lastId, priority, turn: 0, place: -1 };
      this.scheduler.submit(job, this.now);
      return job;
    });
  }

  /** All workers that were to be started are ready. */
  ready(): void {
    for (const slot of this.starting.splice(0)) {
      this.jobs.set(slot, []);
      this.scheduler.ready(slot, this.now);
    }
  }

  /** The slot's first job is done. */
  finish(slot: Slot | undefined = this.slots.find(({ load }) => load > 0)): void {
    const jobs = this.jobs.get(slot as Slot) as SimulatedJob[];
    if (jobs.shift() === undefined) throw new Error("it has no job");
    this.scheduler.released(slot as Slot, this.now);
  }

  die(slot: Slot, loss: Omit<Loss<SimulatedJob>, "again"> & { again?: boolean } = {}): void {
    const jobs = this.jobs.get(slot)?.splice(0) ?? [];
    remove(this.starting, slot);
    remove(this.leaving, slot);
    this.scheduler.lost(slot, this.now, { ...loss, again: loss.again ? jobs : [] });
    this.scheduler.left(slot, this.now);
  }

  /** All processes that are to end have ended. */
  left(): void {
    for (const slot of this.leaving.splice(0)) this.scheduler.left(slot, this.now);
  }

  /** Time goes by, and the scheduler is woken when it asked for it. */
  pass(ms: number): void {
    const end = this.now + ms;
    while (this.#wakeTime <= end) {
      this.now = Math.max(this.now, this.#wakeTime);
      this.#wakeTime = Number.POSITIVE_INFINITY;
      this.scheduler.wake(this.now);
    }
    this.now = end;
  }

  start(slot: Slot): void {
    this.starting.push(slot);
    this.startTimes.push(this.now);
  }

  give(job: SimulatedJob, slot: Slot): boolean {
    if (this.unsendable.has(job.id)) return false;
    this.jobs.get(slot)?.push(job);
    this.given.push(job.id);
    return true;
  }

  dismiss(slot: Slot): void {
    if ((this.jobs.get(slot)?.length ?? 0) > 0) throw new Error("a worker with jobs was dismissed");
    remove(this.starting, slot);
    this.leaving.push(slot);
  }

  refuse(jobs: SimulatedJob[]): void {
    this.refused.push(...jobs.map(({ id }) => id));
  }

  wakeAt(time: number): void {
    this.#wakeTime = time;
  }

  closed(): void {
    if (this.isClosed) throw new Error("closed twice");
    this.isClosed = true;
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
