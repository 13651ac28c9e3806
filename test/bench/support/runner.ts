/** Runs one case: rounds of one sample of each variant, in turns. */
import { type BenchCase, type Depth, metricsOf, sampleContext, variantOf } from "../bench-case.js";
import { type Sample, takeSample } from "./sampler.js";

export interface RunOptions {
  depth: Depth;
  /** Only these variants besides the first. Default: all. */
  rivals?: readonly string[] | undefined;
  /** Called before every sample. */
  onProgress?(round: number, variant: string): void;
  /** Called between samples. */
  between?(): void;
}

export interface VariantResult {
  name: string;
  role: "ours" | "rival" | "floor";
  /** By metric, then by round: all numbers of that round's sample. */
  rounds: Record<string, number[][]>;
  /** Why it was not run. */
  skipped?: string;
  /** What went wrong while it ran. */
  failed?: string;
}

export interface CaseResult {
  benchCase: BenchCase;
  variants: VariantResult[];
  seconds: number;
}

/** How long a case goes on, beyond its least number of rounds. */
const BUDGET_MS = { quick: 2_500, normal: 15_000, full: 40_000 } satisfies Record<Depth, number>;
const MIN_ROUNDS = { quick: 3, normal: 5, full: 7 } satisfies Record<Depth, number>;
const MAX_ROUNDS = 25;
const SAMPLE_TIMEOUT_MS = 120_000;

export async function runCase(benchCase: BenchCase, options: RunOptions): Promise<CaseResult> {
  const { depth } = options;
  const start = performance.now();
  const variants = await chooseVariants(benchCase, options);
  const enough = benchCase.rounds?.[depth] ?? MIN_ROUNDS[depth];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const elapsedMs = performance.now() - start;
    if (round >= enough && elapsedMs + elapsedMs / round > BUDGET_MS[depth]) break;
    const able = variants.filter(({ skipped, failed }) => skipped === undefined && failed === undefined);
    if (able.length === 0) break;
    // Another one begins each round: what follows on what is no advantage to anybody.
    for (let turn = 0; turn < able.length; turn++)
      await sampleInto(able[(turn + round) % able.length] as VariantResult, round, benchCase, options);
  }
  return { benchCase, variants, seconds: (performance.now() - start) / 1000 };
}

async function chooseVariants(benchCase: BenchCase, { depth, rivals }: RunOptions): Promise<VariantResult[]> {
  const results: VariantResult[] = [];
  const metrics = Object.keys(metricsOf(benchCase));
  for (const [index, [name, entry]] of Object.entries(benchCase.variants).entries()) {
    if (index > 0 && rivals !== undefined && !rivals.includes(name)) continue;
    const variant = variantOf(entry);
    const skipped = await variant.skip?.(sampleContext(depth));
    results.push({
      name,
      role: variant.role ?? (index === 0 ? "ours" : "rival"),
      rounds: Object.fromEntries(metrics.map((metric) => [metric, []])),
      ...(skipped === undefined ? {} : { skipped }),
    });
  }
  return results;
}

async function sampleInto(
  variant: VariantResult,
  round: number,
  benchCase: BenchCase,
  { depth, onProgress, between }: RunOptions,
): Promise<void> {
  onProgress?.(round, variant.name);
  let sample: Sample;
  try {
    const order = { benchCase: benchCase.name, variant: variant.name, depth };
    sample = await takeSample(order, benchCase.sampleTimeoutMs ?? SAMPLE_TIMEOUT_MS);
  } catch (error) {
    variant.failed = `round ${round + 1}: ${(error as Error).message}`;
    return;
  }
  for (const [metric, values] of Object.entries(sample)) variant.rounds[metric]?.push(values);
  between?.();
}
