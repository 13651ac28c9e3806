/** How one process ends, as far as anybody tells. */
import { type ExitStatus, UNKNOWN_STATUS } from "./exit-status.js";

/** How long the news of an end may lag behind the end of the channel. */
const EXIT_NEWS_TIMEOUT_MS = 1000;

export class Ending {
  /** Settles when it is known. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** What the process itself said when it left. */
  leavingCode: number | undefined;
  #settle!: (status: ExitStatus) => void;
  #status: ExitStatus | undefined;
  #isAwaited = false;

  constructor() {
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get status(): ExitStatus | undefined {
    return this.#status;
  }

  /**
   * @param status undefined: it ended, but nobody can tell how except itself
   * @returns false when it was known already; nothing has been done then
   */
  tell(status: ExitStatus | undefined): boolean {
    if (this.#status !== undefined) return false;
    this.#status = status ?? { code: this.leavingCode ?? null, signal: null };
    this.#settle(this.#status);
    return true;
  }

  /** In a fork of this process: it is the other's to know. */
  forget(): void {
    this.#status = UNKNOWN_STATUS;
  }

  /**
   * Once the channel has ended, which comes with the end of the process.
   * @param referenced whether the waiting keeps the event loop alive
   * @param heard called with what is known in time, and again if that was nothing; further calls of this do nothing
   */
  awaitNews(referenced: boolean, heard: (status: ExitStatus) => void): void {
    if (this.#status !== undefined) return heard(this.#status);
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    const timer = setTimeout(() => heard(UNKNOWN_STATUS), EXIT_NEWS_TIMEOUT_MS);
    if (!referenced) timer.unref();
    void this.exited.then((status) => {
      clearTimeout(timer);
      heard(status);
    });
  }
}
