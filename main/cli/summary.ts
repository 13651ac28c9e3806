/** The summary at the end, for people. */
import type { MemoryUse } from "../memory.js";
import type { ThumbnailSummary } from "../thumbnails/job.js";
import type { MemorySummary } from "../thumbnails/memory-record.js";
import { colours } from "./colours.js";

export interface SummaryExtras {
  /** The memory of a child process in a worker's place. */
  child: MemoryUse | undefined;
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

function memoryLines({ atStart, atEnd, template }: MemorySummary, child: MemoryUse | undefined): string[] {
  const shared = template === undefined ? "" : `; the template that they share ${megabytes(template)}, once`;
  const lines = [
    `memory of a worker's own: ${colours.bold(megabytes(atStart))} at its start, ${megabytes(atEnd)} after its last picture${shared}`,
  ];
  if (child !== undefined)
    lines.push(
      `a child process in its place: ${megabytes(child.uss)} at its start, ${Math.round(child.uss / atStart)} times as much (one was started now and measured)`,
    );
  return lines;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
