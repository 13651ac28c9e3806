/** What a benchmark case is. A case is one file in cases/; everything else in here runs it and prints it. */

/** How much there is to do: `quick` for a glance, `normal` for numbers to quote, `full` for the slow cases too. */
export type Depth = "quick" | "normal" | "full";

export interface SampleContext {
  readonly depth: Depth;
  /** `normal` at normal depth, about a third of it when quick; at least 1. */
  times(normal: number): number;
}

/** Plain numbers where the case has one metric; by the metric's name where it has several. */
export type Measured = number | readonly number[] | Record<string, number | readonly number[]>;

/**
 * One of the things that are compared. `sample` runs in a fresh process of its own: it prepares what it needs, warms it
 * up, and measures. Import what you measure inside it, so that no other variant carries it.
 */
export interface Variant {
  sample(context: SampleContext): Promise<Measured>;
  /** Why it can't run on this machine, in words for people; undefined when it can. */
  skip?(context: SampleContext): string | undefined | Promise<string | undefined>;
  /** A bound rather than a competitor, or another way to use this library: shown, but no rival. */
  role?: "floor" | "ours";
}

/** Where a figure has to get to: a ratio to `rival`, or a value of our own when there is none. */
export interface Goal {
  rival?: string;
  floor: number;
  want?: number;
}

export interface Metric {
  title: string;
  /** As it is printed: "ms", "MB", "processes/s". */
  unit: string;
  better: "lower" | "higher";
  goals?: readonly Goal[];
  /** Metrics of one series are points of one curve at these places. */
  point?: { series: string; x: number; unit: string };
}

export interface BenchCase {
  /** In kebab case; what the command line selects by. */
  name: string;
  title: string;
  unit: string;
  better: "lower" | "higher";
  /** By name. The first is ours. A bare function is a variant that runs everywhere. */
  variants: Record<string, Variant | Variant["sample"]>;
  goals?: readonly Goal[];
  /** Where one sample yields several figures: each by its name, with what differs from the case. */
  metrics?: Record<string, Partial<Metric>>;
  /** Words by which the command line finds it besides its name. */
  tags?: readonly string[];
  /** Taken only at these depths. Default: all. */
  depths?: readonly Depth[];
  /** Samples of each variant, at least; more while there is time. Default: 5; 3 when quick, 7 when full. */
  rounds?: Partial<Record<Depth, number>>;
  /** Longest time for one sample, in milliseconds. Default: 120,000. */
  sampleTimeoutMs?: number;
  /** Said below the table: what exactly is measured. */
  note?: string;
}

export function variantOf(entry: Variant | Variant["sample"]): Variant {
  return typeof entry === "function" ? { sample: entry } : entry;
}

/** The case's metrics, each complete. A case without several has one, named "". */
export function metricsOf({ metrics, title, unit, better, goals }: BenchCase): Record<string, Metric> {
  const base: Metric = { title, unit, better, ...(goals === undefined ? {} : { goals }) };
  if (metrics === undefined) return { "": base };
  return Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, { ...base, ...metric }]));
}

export function sampleContext(depth: Depth): SampleContext {
  return { depth, times: (normal) => (depth === "quick" ? Math.max(1, Math.ceil(normal / 3)) : normal) };
}
