/** What people are told: on a terminal a bar, in a file or pipe a line for each picture, and a summary. */
import type { PictureReport, ThumbnailSummary } from "../../job/options.js";
import { showPath } from "../../pictures/paths.js";
import type { Bar } from "./bar.js";
import { colours } from "./colours.js";
import { print, printError } from "./print.js";
import type { Reporter } from "./reporter.js";
import { summaryLines } from "./summary.js";

/** How many reasons of failures the summary repeats. */
const REASONS_SHOWN = 5;

export class TextReporter implements Reporter {
  readonly #bar: Bar | undefined;
  readonly #reasons: string[] = [];
  #done = 0;
  #total = 0;

  /** Without a bar, each picture gets a line of its own. */
  constructor(bar: Bar | undefined) {
    this.#bar = bar;
  }

  notice(text: string): void {
    print(text);
  }

  found(total: number): void {
    this.#total = total;
    this.#bar?.setTotal(total);
  }

  picture({ path, state, reason }: PictureReport): void {
    this.#done++;
    const name = showPath(path);
    if (reason !== undefined && this.#reasons.length < REASONS_SHOWN) this.#reasons.push(`${name}: ${reason}`);
    if (this.#bar !== undefined) this.#bar.step(state);
    else if (state === "made") print(`made    ${name}`);
    else if (state === "failed") print(`failed  ${name}: ${reason}`);
  }

  trouble(folder: Buffer, error: Error): void {
    this.#bar?.clear();
    console.error(colours.yellow(`can't be looked at: ${showPath(folder)}: ${error.message}`));
  }

  end(summary: ThumbnailSummary, child: number | undefined): void {
    this.#bar?.stop();
    const reasons = this.#bar === undefined ? [] : this.#reasons;
    for (const line of summaryLines(summary, { child, reasons })) print(line);
  }

  interrupted(): void {
    this.#bar?.stop();
    console.error(colours.yellow(`interrupted after ${this.#done} of ${this.#total} pictures`));
  }

  failed(error: Error): void {
    this.#bar?.stop();
    printError(error);
  }
}
