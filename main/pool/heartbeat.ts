/** Watches from outside whether a process still turns its event loop. */

export interface HeartbeatOptions {
  /** How long an answer may take, and how often one is asked for, in milliseconds. */
  intervalMs: number;
  /** Whether an answer is of interest now. */
  isNeeded(): boolean;
  ping(answered: () => void): void;
  /** Called once. */
  onSilence(): void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  #isAwaited = false;
  #isOver = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#beat(), options.intervalMs).unref();
  }

  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  #beat(): void {
    // It may be this program that was busy: what has come in the meantime is read first.
    if (this.#isAwaited) setImmediate(() => setImmediate(() => this.#judge()));
    else if (this.#options.isNeeded()) this.#ping();
  }

  #ping(): void {
    this.#isAwaited = true;
    this.#options.ping(() => {
      this.#isAwaited = false;
    });
  }

  #judge(): void {
    if (this.#isOver || !this.#isAwaited) return;
    this.stop();
    this.#options.onSilence();
  }
}
