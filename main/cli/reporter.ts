/** What the user is told: on a terminal, in a file or pipe, or as JSON. */
import type { ForkError } from "../base/errors.js";
import type { MemoryUse } from "../metrics/memory.js";
import type { PictureReport, ThumbnailSummary } from "../thumbnails/job.js";
import { showPath } from "../thumbnails/paths.js";
import { Bar } from "./bar.js";
import { colours } from "./colours.js";
import { JsonReporter } from "./json-reporter.js";
import { summaryLines } from "./summary.js";

export interface Reporter {
  notice(text: string): void;
  found(total: number): void;
  picture(report: PictureReport): void;
  /** A folder that could not be looked at. */
  trouble(folder: Buffer, error: Error): void;
  /** @param child the memory of a child process in a worker's place */
  end(summary: ThumbnailSummary, child: MemoryUse | undefined): void;
  interrupted(): void;
  /** It can't be done. */
  failed(error: Error): void;
}

export function chooseReporter(json: boolean): Reporter {
  return json ? new JsonReporter() : new TextReporter(process.stdout.isTTY ? new Bar() : undefined);
}

/** How many reasons of failures the summary repeats. */
const REASONS_SHOWN = 5;

class TextReporter implements Reporter {
  readonly #bar: Bar | undefined;
  readonly #reasons: string[] = [];
  #done = 0;
  #total = 0;

  /** Without a bar, each picture gets a line of its own. */
  constructor(bar: Bar | undefined) {
    this.#bar = bar;
  }

  notice(text: string): void {
    console.log(text);
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
    else if (state === "made") console.log(`made    ${name}`);
    else if (state === "failed") console.log(`failed  ${name}: ${reason}`);
  }

  trouble(folder: Buffer, error: Error): void {
    this.#bar?.clear();
    console.error(colours.yellow(`can't be looked at: ${showPath(folder)}: ${error.message}`));
  }

  end(summary: ThumbnailSummary, child: MemoryUse | undefined): void {
    this.#bar?.stop();
    const reasons = this.#bar === undefined ? [] : this.#reasons;
    for (const line of summaryLines(summary, { child, reasons })) console.log(line);
  }

  interrupted(): void {
    this.#bar?.stop();
    console.error(colours.yellow(`interrupted after ${this.#done} of ${this.#total} pictures`));
  }

  failed(error: Error): void {
    this.#bar?.stop();
    console.error(`${colours.red("error")} ${(error as ForkError).code ?? error.name}: ${error.message}`);
  }
}
