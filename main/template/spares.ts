/** Processes that were made ahead of need: taking one costs no more than a message. */
import type { Rights } from "../base/rights.js";
import type { ManagedProcess } from "../lifecycle/managed-process.js";

/** After a start the processors have that to do first. */
const REFILL_DELAY_MS = 2;

export class Spares {
  readonly #wanted: () => number;
  readonly #make: () => ManagedProcess;
  readonly #waiting: ManagedProcess[] = [];
  readonly #refill = () => this.refill();
  #timer: NodeJS.Timeout | undefined;
  /** The timer runs. */
  #due = false;

  /** @param make called in turns of the event loop in which nobody waits for a process */
  constructor(wanted: () => number, make: () => ManagedProcess) {
    this.#wanted = wanted;
    this.#make = make;
  }

  /**
   * @param now what this program has
   * @returns the oldest: it is the most likely to be ready, and none is behind a process that would be forked now
   */
  take(now: Rights): ManagedProcess | undefined {
    for (let spare = this.#waiting.shift(); spare !== undefined; spare = this.#waiting.shift()) {
      if (!spare.isAlive) continue;
      if (spare.isAsNow(now)) {
        spare.assign();
        return spare;
      }
      spare.events.answered = undefined;
      spare.close();
    }
    return undefined;
  }

  /** Makes what is missing, in a moment. A failure is nobody's loss: the next caller tries for real. */
  refill(): void {
    if (this.#due || this.#waiting.length >= this.#wanted()) return;
    this.#due = true;
    // To set one anew is dear when it is seldom done.
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#add(), REFILL_DELAY_MS).unref();
    else this.#timer.refresh();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = false;
    for (const spare of this.#waiting.splice(0)) {
      spare.events.answered = undefined;
      spare.close();
    }
  }

  #add(): void {
    this.#due = false;
    if (this.#waiting.length >= this.#wanted()) return;
    const spare = this.#make();
    this.#waiting.push(spare);
    spare.prepareRun(() => {
      // The first that it answers is its start: not before its caller has been served.
      spare.events.answered = this.#refill;
      this.refill();
    });
  }
}
