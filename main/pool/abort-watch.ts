/** One listener per AbortSignal, however many jobs share it: a signal looks at all its listeners for each new one. */

interface Watched {
  readonly signal: AbortSignal | undefined;
}

export class AbortWatch<J extends Watched> {
  readonly #onAbort: (job: J) => void;
  readonly #watched = new Map<AbortSignal, { jobs: Set<J>; abort: () => void }>();

  constructor(onAbort: (job: J) => void) {
    this.#onAbort = onAbort;
  }

  add(job: J): void {
    const { signal } = job;
    if (signal === undefined) return;
    let entry = this.#watched.get(signal);
    if (entry === undefined) {
      const jobs = new Set<J>();
      entry = { jobs, abort: () => this.#abort(signal, jobs) };
      this.#watched.set(signal, entry);
      signal.addEventListener("abort", entry.abort, { once: true });
    }
    entry.jobs.add(job);
  }

  delete(job: J): void {
    const { signal } = job;
    const entry = signal && this.#watched.get(signal);
    if (entry === undefined || !entry.jobs.delete(job) || entry.jobs.size > 0) return;
    this.#watched.delete(signal as AbortSignal);
    signal?.removeEventListener("abort", entry.abort);
  }

  #abort(signal: AbortSignal, jobs: Set<J>): void {
    this.#watched.delete(signal);
    for (const job of jobs) this.#onAbort(job);
  }
}
