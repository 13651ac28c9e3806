/** The report on a terminal: ratios first. */
import pc from "picocolors";
import type { CaseSummary, GoalResult, MetricSummary, VariantSummary } from "../support/summary.js";
import { formatNumber, formatRatio } from "./format.js";

const RATIO_WIDTH = 8;
const INTERVAL_WIDTH = 16;
const NAME_WIDTH = 34;
const NUMBER_WIDTH = 9;

export function caseTable(summary: CaseSummary): string {
  const lines = [pc.bold(summary.title) + pc.dim(`  ${summary.name}, ${summary.seconds.toFixed(0)} s`)];
  const several = summary.metrics.length > 1;
  for (const metric of summary.metrics) lines.push(...metricLines(metric, several));
  for (const { name, skipped, reason } of summary.absent)
    lines.push(
      skipped ? pc.yellow(`  skipped  ${name}: ${reason}`) : pc.red(`  FAILED   ${name}: ${reason}`),
    );
  if (summary.note !== undefined) lines.push(pc.dim(wrap(summary.note, 2)));
  return lines.join("\n");
}

function metricLines(metric: MetricSummary, several: boolean): string[] {
  const what = `${metric.unit}, ${metric.better} is better`;
  const head =
    pc.dim("  ratio".padEnd(RATIO_WIDTH + 2) + "95 % interval".padEnd(INTERVAL_WIDTH)) +
    (several ? metric.title : "").padEnd(NAME_WIDTH) +
    pc.dim(["median", "p10", "p90"].map((name) => name.padStart(NUMBER_WIDTH)).join("") + `  ${what}`);
  return [head, ...metric.variants.map(variantLine)];
}

function variantLine({ name, role, against, goal, rounds, ...spread }: VariantSummary): string {
  const numbers = [spread.median, spread.p10, spread.p90].map((value) => formatNumber(value).padStart(NUMBER_WIDTH));
  const label = role === "floor" ? `${name} (bound)` : name;
  const start =
    against === undefined
      ? " ".repeat(RATIO_WIDTH + INTERVAL_WIDTH)
      : typeof against === "string"
        ? pc.yellow(against.padEnd(RATIO_WIDTH + INTERVAL_WIDTH))
        : pc.bold(formatRatio(against.ratio).padStart(RATIO_WIDTH - 1)) +
          ` ${`${formatRatio(against.low)}–${formatRatio(against.high)}`.padEnd(INTERVAL_WIDTH)}`;
  const shown = role === "ours" ? pc.cyan(label.padEnd(NAME_WIDTH)) : label.padEnd(NAME_WIDTH);
  return `  ${start}${shown}${numbers.join("")}${goalMark(goal)}`;
}

export function goalText({ rival, floor, want }: GoalResult): string {
  const unit = rival === undefined ? "" : "x";
  return want === undefined ? `floor ${floor}${unit}` : `floor ${floor}${unit}, want ${want}${unit}`;
}

function goalMark(goal: GoalResult | undefined): string {
  if (goal === undefined) return "";
  const text = `  ${goalText(goal)}`;
  switch (goal.reached) {
    case "want":
      return pc.green(`${text}: reached`);
    case "floor":
      return pc.yellow(`${text}: floor reached`);
    case "missed":
      return pc.red(`${text}: missed`);
    case undefined:
      return pc.dim(`${text}: not known`);
  }
}

const LINE_WIDTH = 110;

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > LINE_WIDTH - indent) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => " ".repeat(indent) + each).join("\n");
}
