/** The workers' own memory, as they have told it. */
import type { WorkerSource } from "../job/forked-workers.js";

/** Own memory (USS) in bytes, averaged over the workers. */
export interface MemorySummary {
  /** Of a worker before its first picture. */
  atStart: number;
  /** Of a worker after its last picture. */
  atEnd: number;
  /** Of the template, which is there once; undefined when workers are not forked. */
  template: number | undefined;
}

export class MemoryRecord {
  readonly #notes: Record<"start" | "end", number[]> = { start: [], end: [] };

  note(moment: "start" | "end", uss: number): void {
    this.#notes[moment].push(uss);
  }

  /** @returns undefined when there were no workers, or nothing could be measured */
  async summary(source: WorkerSource): Promise<MemorySummary | undefined> {
    const { start, end } = this.#notes;
    if (start.length === 0) return undefined;
    return { atStart: mean(start), atEnd: mean(end), template: await source.sharedMemory() };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
