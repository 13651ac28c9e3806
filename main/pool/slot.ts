/** A worker as the scheduler sees it. */

export enum SlotState {
  /** Its process comes to life. */
  Starting,
  /** It takes jobs. */
  Ready,
  /** It takes no more jobs, but has some. */
  Retiring,
  /** Its process is to end, or has ended: nobody counts on it. */
  Leaving,
}

export class Slot {
  state = SlotState.Starting;
  /** Jobs that it has now. */
  load = 0;
  /** Jobs that it was ever given. */
  given = 0;
  /** It gets no jobs for a while, and does not end. */
  isReserved = false;
  /** Its process can't be told anything any more, and will be lost. */
  isUnreachable = false;
  readonly startedAt: number;
  readyAt: number | undefined;
  /** When it had its last job, or became ready. */
  idleSince: number;

  constructor(now: number) {
    this.startedAt = now;
    this.idleSince = now;
  }

  get takesJobs(): boolean {
    return this.state === SlotState.Ready && !this.isReserved && !this.isUnreachable;
  }

  get isIdle(): boolean {
    return this.takesJobs && this.load === 0;
  }
}
