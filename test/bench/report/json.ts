/** The report for programs. docs/benchmarks.md explains every key. */
import type { Machine } from "../support/machine.js";
import type { Noise } from "../support/noise.js";
import type { CaseSummary, GoalResult, MetricSummary, VariantSummary } from "../support/summary.js";

export interface Report {
  date: string;
  command: string;
  depth: string;
  seconds: number;
  machine: Machine;
  noise: Noise;
  summaries: CaseSummary[];
}

interface Row {
  name: string;
  metric: string;
  title: string;
  unit: string;
  better: "lower" | "higher";
  ours: number;
  oursName: string;
  oursP10: number;
  oursP90: number;
  rival: number | null;
  rivalName: string | null;
  rivalP10: number | null;
  rivalP90: number | null;
  rivalRole: "rival" | "floor" | "ours" | null;
  ratio: number | null;
  ratioLow: number | null;
  ratioHigh: number | null;
  refused: string | null;
  goal: GoalResult | null;
  rounds: { ours: number[]; rival: number[] };
  point: { series: string; x: number; unit: string } | null;
}

export function jsonReport({ summaries, ...head }: Report): string {
  const cases = summaries.flatMap((summary) => summary.metrics.flatMap((metric) => rowsOf(summary.name, metric)));
  const absent = summaries.flatMap(({ name, absent }) => absent.map((each) => ({ case: name, ...each })));
  return `${JSON.stringify({ format: 1, ...head, cases, absent }, undefined, 2)}\n`;
}

function rowsOf(name: string, metric: MetricSummary): Row[] {
  const [ours, ...others] = metric.variants;
  if (ours === undefined || ours.against !== undefined) return [];
  const alone = { rival: null, rivalName: null, rivalP10: null, rivalP90: null, rivalRole: null };
  const base = {
    name,
    metric: metric.name,
    title: metric.title,
    unit: metric.unit,
    better: metric.better,
    ours: ours.median,
    oursName: ours.name,
    oursP10: ours.p10,
    oursP90: ours.p90,
    point: metric.point ?? null,
  };
  const own: Row = { ...base, ...alone, ...ratioOf(ours), rounds: { ours: ours.rounds, rival: [] } };
  const rows = others.map((other) => ({
    ...base,
    rival: other.median,
    rivalName: other.name,
    rivalP10: other.p10,
    rivalP90: other.p90,
    rivalRole: other.role,
    ...ratioOf(other),
    rounds: { ours: ours.rounds, rival: other.rounds },
  }));
  return rows.length === 0 || ours.goal !== undefined ? [own, ...rows] : rows;
}

function ratioOf({ against, goal }: VariantSummary) {
  const known = typeof against === "object" ? against : undefined;
  return {
    ratio: known?.ratio ?? null,
    ratioLow: known?.low ?? null,
    ratioHigh: known?.high ?? null,
    refused: typeof against === "string" ? against : null,
    goal: goal ?? null,
  };
}
