/** Jobs that wait: the highest priority first, and within one the first come first. */

export interface Queued {
  readonly priority: number;
  /** Its turn among those of the same priority; 0: it never waited. The queue's to set. */
  turn: number;
  /** Where it is in the queue; -1: not there. The queue's to set. */
  place: number;
}

/** A binary heap whose items know their place, so that any of them can be taken out. */
export class JobQueue<J extends Queued> {
  readonly #heap: J[] = [];
  #lastTurn = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** One that waited before gets its old turn. */
  push(job: J): void {
    if (job.turn === 0) job.turn = ++this.#lastTurn;
    this.#heap.push(job);
    this.#rise(job, this.#heap.length - 1);
  }

  pop(): J | undefined {
    const [first] = this.#heap;
    if (first !== undefined) this.#takeOut(first);
    return first;
  }

  /** @returns false when it is not there */
  remove(job: J): boolean {
    if (job.place < 0 || this.#heap[job.place] !== job) return false;
    this.#takeOut(job);
    return true;
  }

  /** @returns all that were there, in order */
  clear(): J[] {
    const jobs = this.#heap.splice(0).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    for (const job of jobs) job.place = -1;
    return jobs;
  }

  #takeOut(job: J): void {
    const { place } = job;
    job.place = -1;
    const last = this.#heap.pop() as J;
    if (last === job) return;
    this.#rise(last, place);
    this.#sink(last, last.place);
  }

  #rise(job: J, from: number): void {
    let place = from;
    while (place > 0) {
      const above = this.#heap[(place - 1) >> 1] as J;
      if (!isBefore(job, above)) break;
      this.#put(above, place);
      place = (place - 1) >> 1;
    }
    this.#put(job, place);
  }

  #sink(job: J, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      if (left === undefined) break;
      const below = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(below, job)) break;
      const freed = below.place;
      this.#put(below, place);
      place = freed;
    }
    this.#put(job, place);
  }

  #put(job: J, place: number): void {
    this.#heap[place] = job;
    job.place = place;
  }
}

function isBefore(a: Queued, b: Queued): boolean {
  return a.priority === b.priority ? a.turn < b.turn : a.priority > b.priority;
}
