/** The report on a terminal: ratios first. */
import pc from "picocolors";
import type { CaseSummary, GoalResult, MetricSummary, VariantSummary } from "../support/summary.js";
import { formatLimit, formatNumber, formatRatio } from "./format.js";

const RATIO_WIDTH = 8;
const INTERVAL_WIDTH = 16;
const NAME_WIDTH = 34;
const NUMBER_WIDTH = 9;
/** More metrics than this are lines of one table. */
const MAX_TABLES = 4;
const CELL_WIDTH = 22;

export function caseTable(summary: CaseSummary): string {
  const lines = [pc.bold(summary.title) + pc.dim(`  ${summary.name}, ${summary.seconds.toFixed(0)} s`)];
  const several = summary.metrics.length > 1;
  if (summary.metrics.length > MAX_TABLES) lines.push(...matrixLines(summary.metrics));
  else for (const metric of summary.metrics) lines.push(...metricLines(metric, several));
  for (const { name, skipped, reason } of summary.absent)
    lines.push(skipped ? pc.yellow(`  skipped  ${name}: ${reason}`) : pc.red(`  FAILED   ${name}: ${reason}`));
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

function matrixLines(metrics: readonly MetricSummary[]): string[] {
  const names = [...new Set(metrics.flatMap(({ variants }) => variants.map(({ name }) => name)))];
  const unit = `${metrics[0]?.unit}, ${metrics[0]?.better} is better`;
  const head = `  ${unit.padEnd(NAME_WIDTH)}${names.map((name) => name.padStart(CELL_WIDTH)).join("")}`;
  return [
    pc.dim(head),
    ...metrics.map((metric) => {
      const cells = names.map((name) => matrixCell(metric.variants.find((variant) => variant.name === name)));
      const goals = metric.variants.map(({ goal }) => goalMark(goal)).join("");
      return `  ${metric.title.padEnd(NAME_WIDTH)}${cells.join("")}${goals}`;
    }),
  ];
}

function matrixCell(variant: VariantSummary | undefined): string {
  if (variant === undefined) return "".padStart(CELL_WIDTH);
  const { against } = variant;
  const ratio = against === undefined ? "" : typeof against === "string" ? "noisy" : formatRatio(against.ratio);
  return pc.bold(ratio.padStart(CELL_WIDTH - NUMBER_WIDTH)) + formatNumber(variant.median).padStart(NUMBER_WIDTH);
}

export function goalText({ rival, floor, want }: GoalResult): string {
  const limit = (value: number) => formatLimit(value, rival !== undefined);
  return want === undefined ? `floor ${limit(floor)}` : `floor ${limit(floor)}, want ${limit(want)}`;
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
