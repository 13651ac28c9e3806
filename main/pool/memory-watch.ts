/** Notices when a process has taken too much memory. */
import { type MemoryUse, readMemory } from "../metrics/memory.js";

/** The kernel walks through all of a process's pages for the answer. */
const INTERVAL_MS = 250;

export interface MemoryWatchOptions {
  pid(): number | undefined;
  /** Of its own memory (USS), in bytes. */
  limit: number;
  onExcess(): void;
}

export class MemoryWatch {
  /** What was found last. */
  last: MemoryUse | undefined;
  readonly #options: MemoryWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #nextLook = 0;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
  }

  /** It may have grown: it is looked at soon, but not all the time. */
  suspect(): void {
    if (this.#options.limit === Number.POSITIVE_INFINITY || this.#isOver || this.#timer !== undefined) return;
    const delay = Math.max(0, this.#nextLook - performance.now());
    this.#timer = setTimeout(() => void this.#look(), delay).unref();
  }

  /** @returns undefined when there is nothing to be measured */
  async read(): Promise<MemoryUse | undefined> {
    const pid = this.#options.pid();
    // It may end at any moment; whoever needs it learns of that elsewhere.
    if (pid !== undefined && !this.#isOver) this.last = await readMemory(pid).catch(() => this.last);
    return this.last;
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const use = await this.read();
    this.#timer = undefined;
    this.#nextLook = performance.now() + INTERVAL_MS;
    if (use !== undefined && use.uss > this.#options.limit && !this.#isOver) this.#options.onExcess();
  }
}
