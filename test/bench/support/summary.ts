/** From samples to lines of a report: one per metric and rival. */
import { type Goal, type Metric, metricsOf } from "../bench-case.js";
import type { CaseResult, VariantResult } from "./runner.js";
import { compare, median, type Ratio, type Spread, spreadOf } from "./statistics.js";

export interface VariantSummary extends Spread {
  name: string;
  role: "ours" | "rival" | "floor";
  /** The median of each round's sample. */
  rounds: number[];
  /** Against it, how many times better ours is; or why that can't be said. Undefined for ours. */
  against: Ratio | string | undefined;
  goal: GoalResult | undefined;
}

export interface GoalResult extends Goal {
  /** Undefined: not to be said. */
  reached: "want" | "floor" | "missed" | undefined;
}

export interface MetricSummary extends Metric {
  /** "" when the case has only one. */
  name: string;
  variants: VariantSummary[];
}

export interface CaseSummary {
  name: string;
  title: string;
  note: string | undefined;
  seconds: number;
  metrics: MetricSummary[];
  /** Variants without figures, and why. */
  absent: { name: string; skipped: boolean; reason: string }[];
}

export function summarise({ benchCase, variants, seconds }: CaseResult): CaseSummary {
  const metrics = Object.entries(metricsOf(benchCase)).flatMap(([name, metric]) => {
    const present = variants.filter(({ rounds }) => (rounds[name]?.length ?? 0) > 0);
    return present.length === 0 ? [] : [summariseMetric(name, metric, present, variants[0] as VariantResult)];
  });
  const absent = variants.flatMap(({ name, skipped, failed }) => {
    const reason = skipped ?? failed;
    return reason === undefined ? [] : [{ name, skipped: skipped !== undefined, reason }];
  });
  const { name, title, note } = benchCase;
  return { name, title, note, seconds, metrics, absent };
}

function summariseMetric(
  name: string,
  metric: Metric,
  present: readonly VariantResult[],
  ours: VariantResult,
): MetricSummary {
  const oursByRound = (ours.rounds[name] ?? []).map(median);
  const variants = present.map((variant) => {
    const all = variant.rounds[name] as number[][];
    const rounds = all.map(median);
    const against = variant === ours ? undefined : compare({ better: metric.better, ours: oursByRound, rival: rounds });
    const spread = spreadOf(all.flat());
    return {
      name: variant.name,
      role: variant.role,
      rounds,
      ...spread,
      against,
      goal: goalOf(metric, variant, ours, { against, value: spread.median }),
    };
  });
  return { ...metric, name, variants };
}

interface Figures {
  against: Ratio | string | undefined;
  value: number;
}

function goalOf(
  metric: Metric,
  variant: VariantResult,
  ours: VariantResult,
  { against, value }: Figures,
): GoalResult | undefined {
  const goal = metric.goals?.find(({ rival }) => (rival === undefined ? variant === ours : rival === variant.name));
  if (goal === undefined) return undefined;
  if (goal.rival !== undefined && (against === undefined || typeof against === "string"))
    return { ...goal, reached: undefined };
  const higher = goal.rival !== undefined || metric.better === "higher";
  const figure = goal.rival === undefined ? value : (against as Ratio).ratio;
  const meets = (limit: number) => (higher ? figure >= limit : figure <= limit);
  const reached = goal.want !== undefined && meets(goal.want) ? "want" : meets(goal.floor) ? "floor" : "missed";
  return { ...goal, reached };
}
