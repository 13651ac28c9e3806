/** One try of a job in one worker. */
import type { Job } from "./job.js";

export interface AttemptEvents {
  /** It has run for longer than it may. */
  timedOut(): void;
  /** It was aborted long ago, and still runs. */
  overdue(): void;
}

export class Attempt {
  readonly job: Job;
  readonly startedAt: number;
  /** The call's number; 0 until it was made. */
  call = 0;
  /** What it resolved with is a stream, which goes on. */
  isStreaming = false;
  /** Nobody waits for it any more. */
  isAbandoned = false;
  isOverdue = false;
  /** Its result or its error has arrived. */
  isAnswered = false;
  /** Nothing that is heard of it matters any more. */
  isOver = false;
  readonly #events: AttemptEvents;
  #timeout: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;

  constructor(job: Job, now: number, events: AttemptEvents) {
    this.job = job;
    this.startedAt = now;
    this.#events = events;
  }

  limit(): void {
    const { timeoutMs } = this.job;
    if (timeoutMs < Number.POSITIVE_INFINITY) this.#timeout = setTimeout(() => this.#events.timedOut(), timeoutMs);
  }

  /** @param graceMs how long it may go on */
  abandon(graceMs: number): void {
    if (this.isAbandoned) return;
    this.isAbandoned = true;
    if (graceMs === Number.POSITIVE_INFINITY) return;
    this.#grace = setTimeout(() => {
      this.isOverdue = true;
      this.#events.overdue();
    }, graceMs).unref();
  }

  end(): void {
    this.isOver = true;
    clearTimeout(this.#timeout);
    clearTimeout(this.#grace);
  }
}
