/** The summary at the end, for people. */
import type { ThumbnailSummary } from "../../job/options.js";
import type { MemorySummary } from "../../memory/memory-record.js";
import { colours } from "./colours.js";

export interface SummaryExtras {
  /** Own memory of a child process in a worker's place, in bytes. */
  child: number | undefined;
  /** Of the first failures. */
  reasons: readonly string[];
}

export function summaryLines(summary: ThumbnailSummary, { child, reasons }: SummaryExtras): string[] {
  const { pictures, made, upToDate, failed, failedBefore, seconds, picturesPerSecond, workers, memory } = summary;
  const bold = (count: number) => colours.bold(String(count));
  const lines = [
    `${bold(pictures)} ${pictures === 1 ? "picture" : "pictures"}: ${bold(made)} made, ${bold(upToDate)} up to date, ${
      failed > 0 ? colours.red(`${failed} failed`) : `${bold(0)} failed`
    }${failedBefore > 0 ? `, ${bold(failedBefore)} failed before (--force tries again)` : ""}`,
  ];
  for (const reason of reasons) lines.push(`  ${colours.red("failed")} ${reason}`);
  if (failed > reasons.length && reasons.length > 0) lines.push(`  … and ${failed - reasons.length} more`);
  const time = `${seconds.toFixed(2)} s`;
  if (workers === 0) return [...lines, `${time}; no worker was needed`];
  const people = `${bold(workers)} ${workers === 1 ? "worker" : "workers"}`;
  lines.push(`${time}, ${bold(Math.round(picturesPerSecond * 10) / 10)} pictures per second, ${people}`);
  if (memory !== undefined) lines.push(...memoryLines(memory, child));
  return lines;
}

function memoryLines({ atStart, atEnd, template }: MemorySummary, child: number | undefined): string[] {
  const own = `${colours.bold(megabytes(atStart))} of its own for each worker at its start`;
  const lines = [`memory  ${own}, ${megabytes(atEnd)} after its last picture`];
  if (template !== undefined) lines.push(`        ${megabytes(template)} for the template that they share, once`);
  if (child !== undefined) {
    const times = Math.round(child / atStart);
    lines.push(`        ${megabytes(child)} for a child process at its start: ${times} times as much (measured now)`);
  }
  return lines;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
