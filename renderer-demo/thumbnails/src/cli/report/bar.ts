/** The progress bar. */
import cliProgress from "cli-progress";
import type { PictureState } from "../../job/options.js";
import { colours } from "./colours.js";

export class Bar {
  readonly #bar = new cliProgress.SingleBar({
    format: `${colours.green("{bar}")} {value}/{total} pictures  {failed}{rate}/s`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    stream: process.stdout,
    hideCursor: true,
    clearOnComplete: true,
    // Signals are handled elsewhere, and the job's end puts the cursor back.
    gracefulExit: false,
  });
  readonly #startMs = performance.now();
  readonly #stop = () => this.stop();
  #done = 0;
  #failed = 0;
  #active = false;

  setTotal(total: number): void {
    if (this.#active) return this.#bar.setTotal(total);
    this.#active = true;
    process.once("exit", this.#stop);
    this.#bar.start(total, 0, this.#payload());
  }

  step(state: PictureState): void {
    this.#done++;
    if (state === "failed" || state === "failed-before") this.#failed++;
    this.#bar.update(this.#done, this.#payload());
  }

  /** Makes room for a line; the bar comes back below it. */
  clear(): void {
    if (this.#active) process.stdout.write("\r\u{1b}[K");
  }

  stop(): void {
    if (!this.#active) return;
    this.#active = false;
    process.off("exit", this.#stop);
    this.#bar.stop();
  }

  #payload(): { failed: string; rate: number } {
    const seconds = (performance.now() - this.#startMs) / 1000;
    const failed = this.#failed === 0 ? "" : `${colours.red(`${this.#failed} failed`)}  `;
    return { failed, rate: Math.round(this.#done / Math.max(seconds, 0.001)) };
  }
}
