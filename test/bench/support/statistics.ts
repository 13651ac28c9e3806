/** Medians, spreads and ratios. */

/** @param fraction between 0 and 1; linear between the two nearest values */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export interface Spread {
  median: number;
  p10: number;
  p90: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), p10: quantile(values, 0.1), p90: quantile(values, 0.9) };
}

export interface Interval {
  low: number;
  high: number;
}

const RESAMPLES = 2000;

/** The middle 95 % of where the median lands when the values are drawn again: a bootstrap, the same every time. */
export function medianInterval(values: readonly number[]): Interval {
  const random = pseudoRandom(values.length);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] as number)),
  );
  return { low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

export interface Ratio extends Interval {
  /** How many times better the first is. */
  ratio: number;
}

/** An interval whose ends are further apart than this says nothing. */
export const MAX_RATIO_SPREAD = 1.5;
export const MIN_ROUNDS = 3;

export interface Paired {
  better: "lower" | "higher";
  /** One value per round. */
  ours: readonly number[];
  /** Of the same rounds. */
  rival: readonly number[];
}

/**
 * How many times better ours is. Each round gives one ratio, because what disturbs the machine disturbs both of a round;
 * the result is their median and its interval.
 * @returns the reason instead, in words for people, when the ratio would mean nothing
 */
export function compare({ better, ours, rival }: Paired): Ratio | string {
  const rounds = Math.min(ours.length, rival.length);
  if (rounds < MIN_ROUNDS) return `only ${rounds} rounds`;
  const ratios = Array.from({ length: rounds }, (_, round) => {
    const [mine, theirs] = [ours[round] as number, rival[round] as number];
    return better === "lower" ? theirs / mine : mine / theirs;
  });
  if (!ratios.every((ratio) => Number.isFinite(ratio) && ratio > 0)) return "a value is zero";
  const { low, high } = medianInterval(ratios);
  if (high / low > MAX_RATIO_SPREAD) return `noisy: ${toTwoDigits(low)}x–${toTwoDigits(high)}x`;
  return { ratio: median(ratios), low, high };
}

function toTwoDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

/** A linear congruential generator: the report of the same samples is the same. */
function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
