/** Where values lie on an axis. */

export interface Scale {
  /** 0 at the start of the axis, 1 at its end. */
  place(value: number): number;
  ticks: number[];
  logarithmic: boolean;
}

/** From this ratio between the ends on, steps of equal ratio show more than steps of equal size. */
const LOGARITHMIC_FROM = 8;
const TICKS = 5;

/** @param values all that will be shown; logarithmic only if all are above 0 */
export function scaleFor(values: readonly number[]): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low > 0 && high / low >= LOGARITHMIC_FROM ? logarithmic(low, high) : linear(Math.min(0, low), high);
}

function linear(low: number, high: number): Scale {
  const step = niceStep((high - low || 1) / TICKS);
  const start = Math.floor(low / step) * step;
  const end = Math.max(start + step, Math.ceil(high / step) * step);
  const ticks: number[] = [];
  for (let tick = start; tick <= end + step / 2; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return { ticks, logarithmic: false, place: (value) => (value - start) / (end - start) };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return factor * power;
}

function logarithmic(low: number, high: number): Scale {
  const margin = (high / low) ** 0.04;
  const start = low / margin;
  const end = high * margin;
  const span = Math.log(end / start);
  return {
    ticks: thinned(decades(start, end)),
    logarithmic: true,
    place: (value) => Math.log(value / start) / span,
  };
}

/** 1, 2, 5, 10, 20 … as far as they lie inside. */
function decades(start: number, end: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(start)); power <= Math.log10(end); power++)
    for (const factor of [1, 2, 5]) {
      const tick = Number((factor * 10 ** power).toPrecision(6));
      if (tick >= start && tick <= end) ticks.push(tick);
    }
  return ticks;
}

function thinned(ticks: number[]): number[] {
  if (ticks.length <= TICKS + 2) return ticks;
  const powers = ticks.filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(9))));
  return powers.length >= 2 ? powers : ticks;
}
