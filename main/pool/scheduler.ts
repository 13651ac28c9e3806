/**
 * Decides which worker gets which job, and how many workers there are. A state machine without processes, promises or
 * timers: it is told what happens and when, and says what to do through its actions.
 */
import { BackOff } from "./back-off.js";
import { JobQueue, type Queued } from "./job-queue.js";
import { Slot, SlotState } from "./slot.js";

export interface Limits {
  /** Workers that shall be there without a job. */
  idle: number;
  /** Workers that take jobs, at most. */
  max: number;
  /** Jobs that a worker has at a time, at most. */
  load: number;
  /** How long all workers have to be busy before there is another one, in milliseconds; and the time between two starts. */
  start: number;
  /** How long a worker is without a job before it is ended, in milliseconds. */
  stop: number;
  /** Jobs that a worker is given in its life, at most. */
  maxJobs: number;
}

export interface Actions<J> {
  /** Brings a worker to life; ready() or left() follows, in a later turn of the event loop. */
  start(slot: Slot): void;
  /** @returns false when the job is nobody's any more; otherwise released() follows, in a later turn of the event loop */
  give(job: J, slot: Slot): boolean;
  /** Ends a worker that has no jobs; left() follows. */
  dismiss(slot: Slot): void;
  /** There will be no worker for what waits. */
  refuse(jobs: J[]): void;
  /** Asks for a call of wake() at this time. Only the latest of these requests counts. */
  wakeAt(time: number): void;
  /** The last job of a closed pool is done, and its last worker gone. */
  closed(): void;
}

export interface Loss<J> {
  /** Jobs of the worker that shall be given to others. */
  again?: readonly J[];
  /** Another worker would fare no better. */
  hopeless?: boolean;
}

export class Scheduler<J extends Queued> {
  readonly queue = new JobQueue<J>();
  readonly slots = new Set<Slot>();
  readonly #actions: Actions<J>;
  readonly #limits: Limits;
  readonly #backOff = new BackOff();
  #lastStart = Number.NEGATIVE_INFINITY;
  /** Since when something has waited without a break. */
  #busySince = Number.POSITIVE_INFINITY;
  #wakeTime = Number.POSITIVE_INFINITY;
  #closing = false;
  #closed = false;

  constructor(limits: Limits, actions: Actions<J>) {
    this.#limits = limits;
    this.#actions = actions;
  }

  /** Jobs that workers have. */
  get running(): number {
    let running = 0;
    for (const { load } of this.slots) running += load;
    return running;
  }

  submit(job: J, now: number): void {
    this.queue.push(job);
    this.#assign(now);
    if (this.queue.size > 0 || this.#limits.idle > 0) this.#grow(now);
  }

  /** @returns false when it does not wait */
  cancel(job: J, now: number): boolean {
    const removed = this.queue.remove(job);
    if (removed) this.#settle(now);
    return removed;
  }

  ready(slot: Slot, now: number): void {
    if (slot.state !== SlotState.Starting) return;
    slot.state = SlotState.Ready;
    slot.readyAt = now;
    slot.idleSince = now;
    this.#settle(now);
  }

  /** The worker is done with one of its jobs. */
  released(slot: Slot, now: number): void {
    slot.load--;
    slot.idleSince = now;
    this.#backOff.succeeded();
    if (slot.load === 0 && slot.given >= this.#limits.maxJobs && slot.state === SlotState.Ready)
      slot.state = SlotState.Retiring;
    if (slot.state === SlotState.Ready) this.#assign(now);
    // As long as something waits nobody is idle, and nothing that is due to be started has to be looked for.
    if (this.queue.size === 0 || slot.state !== SlotState.Ready) this.#settle(now);
  }

  /** The worker shall have no more jobs, and end when it has done those that it has. */
  retire(slot: Slot, now: number): void {
    if (slot.state !== SlotState.Ready) return;
    slot.state = SlotState.Retiring;
    this.#settle(now);
  }

  /** The worker is of no use any more; its process may still be there. */
  lost(slot: Slot, now: number, { again = [], hopeless = false }: Loss<J> = {}): void {
    const { state, given } = slot;
    slot.state = SlotState.Leaving;
    slot.load = 0;
    for (const job of again) this.queue.push(job);
    if (state !== SlotState.Leaving && given === 0) this.#backOff.failed(slot.startedAt, now);
    if (state === SlotState.Starting && (hopeless || this.#backOff.isExhausted)) this.#giveUp();
    this.#settle(now);
  }

  /** The worker's process is gone. */
  left(slot: Slot, now: number): void {
    this.slots.delete(slot);
    this.#settle(now);
  }

  /** The time asked for by wakeAt() has come. */
  wake(now: number): void {
    this.#wakeTime = Number.POSITIVE_INFINITY;
    this.#settle(now);
  }

  setMax(max: number, now: number): void {
    this.#limits.max = max;
    // Those that have least to do first.
    const alive = [...this.slots].filter(isAlive).sort((a, b) => a.load - b.load || a.given - b.given);
    for (const slot of alive.slice(0, Math.max(0, alive.length - max)))
      if (slot.state === SlotState.Starting) this.#dismiss(slot);
      else slot.state = SlotState.Retiring;
    this.#settle(now);
  }

  /** All workers are replaced by others. */
  renew(now: number): void {
    for (const slot of this.slots)
      if (slot.state === SlotState.Starting) this.#dismiss(slot);
      else if (slot.state === SlotState.Ready) slot.state = SlotState.Retiring;
    this.#settle(now);
  }

  /** No more jobs follow; those that are there are done. */
  close(now: number): void {
    this.#closing = true;
    this.#settle(now);
  }

  /** Refuses what waits, unless a worker is there or on its way. */
  #giveUp(): void {
    if (this.#alive() === 0 && this.queue.size > 0) this.#actions.refuse(this.queue.clear());
  }

  #settle(now: number): void {
    this.#assign(now);
    this.#shrink(now);
    this.#grow(now);
    if (!this.#closing || this.#closed || this.slots.size > 0 || this.queue.size > 0) return;
    this.#closed = true;
    this.#actions.closed();
  }

  #assign(now: number): void {
    while (this.queue.size > 0) {
      const slot = this.#leastLoaded();
      if (slot === undefined) break;
      const job = this.queue.pop() as J;
      slot.load++;
      if (!this.#actions.give(job, slot)) {
        slot.load--;
        continue;
      }
      slot.given++;
    }
    if (this.queue.size === 0) this.#busySince = Number.POSITIVE_INFINITY;
    else this.#busySince = Math.min(this.#busySince, now);
  }

  /** Of several the one that had a job last: the others get their chance to end. */
  #leastLoaded(): Slot | undefined {
    const { load, maxJobs } = this.#limits;
    let best: Slot | undefined;
    for (const slot of this.slots) {
      if (!slot.takesJobs || slot.load >= load || slot.given >= maxJobs) continue;
      if (best === undefined || slot.load < best.load || (slot.load === best.load && slot.idleSince > best.idleSince))
        best = slot;
    }
    return best;
  }

  #shrink(now: number): void {
    const { idle, stop } = this.#limits;
    for (const slot of this.slots) if (slot.state === SlotState.Retiring && slot.load === 0) this.#dismiss(slot);
    const idlers = [...this.slots].filter((slot) => slot.isIdle).sort((a, b) => a.idleSince - b.idleSince);
    for (const slot of idlers.slice(0, this.#closing ? idlers.length : Math.max(0, idlers.length - idle))) {
      const due = slot.idleSince + stop;
      if (this.#closing || due <= now) this.#dismiss(slot);
      else this.#wakeBy(due);
    }
    if (this.#closing && this.queue.size === 0)
      for (const slot of this.slots) if (slot.state === SlotState.Starting) this.#dismiss(slot);
  }

  #dismiss(slot: Slot): void {
    slot.state = SlotState.Leaving;
    this.#actions.dismiss(slot);
  }

  #grow(now: number): void {
    while (this.#mayStart(now)) {
      const slot = new Slot(now);
      this.slots.add(slot);
      this.#lastStart = now;
      this.#actions.start(slot);
    }
  }

  #mayStart(now: number): boolean {
    const { idle, max, load, start } = this.#limits;
    const alive = this.#alive();
    // Those that leave are not counted, but there must not be ever more of them.
    if (alive >= max || this.slots.size >= 2 * max) return false;
    let coming = 0;
    let idlers = 0;
    for (const slot of this.slots)
      if (slot.state === SlotState.Starting) coming++;
      else if (slot.isIdle) idlers++;
    const needed = Math.ceil(this.queue.size / load);
    if (coming + idlers >= needed + (this.#closing ? 0 : idle)) return false;
    if (now < this.#backOff.notBefore) return this.#wakeBy(this.#backOff.notBefore);
    const due = Math.max(this.#busySince, this.#lastStart) + start;
    if (alive > 0 && coming + idlers >= idle && now < due) return this.#wakeBy(due);
    return true;
  }

  #alive(): number {
    let alive = 0;
    for (const slot of this.slots) if (isAlive(slot)) alive++;
    return alive;
  }

  #wakeBy(time: number): false {
    if (time < this.#wakeTime && time < Number.POSITIVE_INFINITY) {
      this.#wakeTime = time;
      this.#actions.wakeAt(time);
    }
    return false;
  }
}

function isAlive({ state }: Slot): boolean {
  return state === SlotState.Starting || state === SlotState.Ready;
}
