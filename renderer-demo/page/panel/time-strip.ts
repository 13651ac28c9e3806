/** Durations of the last seconds, one bar for each small stretch of time: the longest in it. */
import { colours, surfaceOf } from "./surface.js";

const SPAN_MS = 12_000;
/** A bar and the gap after it, in CSS pixels. */
const BAR_STEP = 3;
const BAR_WIDTH = 2;
/** What the strip is high, in milliseconds; longer bars end at its edge. */
const MOST_MS = 100;
const FRAME_MS = 1000 / 60;
export const STUTTER_MS = 50;
/** A frame that came one late. */
const FAIR_MS = 34;

interface Sample {
  atMs: number;
  ms: number;
}

export class TimeStrip {
  readonly #canvas: HTMLCanvasElement;
  #samples: Sample[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  add(ms: number, atMs: number): void {
    this.#samples.push({ atMs, ms });
  }

  /** The longest of what is seen. */
  get worst(): number {
    return this.#samples.reduce((worst, { ms }) => Math.max(worst, ms), 0);
  }

  draw(nowMs: number): void {
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs < SPAN_MS);
    const surface = surfaceOf(this.#canvas);
    if (surface === undefined) return;
    const { context, width, height } = surface;
    const { good, fair, bad, line } = colours();
    const yOf = (ms: number) => height - Math.min(1, ms / MOST_MS) * (height - 2);
    context.fillStyle = line;
    for (const ms of [FRAME_MS, STUTTER_MS]) context.fillRect(0, Math.round(yOf(ms)), width, 1);
    for (const [bar, ms] of this.#bars(nowMs, Math.floor(width / BAR_STEP))) {
      context.fillStyle = ms > STUTTER_MS ? bad : ms > FAIR_MS ? fair : good;
      const y = yOf(ms);
      context.fillRect(bar * BAR_STEP, y, BAR_WIDTH, height - y);
    }
  }

  /** Stretches begin at fixed times, so that bars wander and don't flicker. */
  #bars(nowMs: number, count: number): Map<number, number> {
    const stretch = SPAN_MS / count;
    const last = Math.floor(nowMs / stretch);
    const bars = new Map<number, number>();
    for (const { atMs, ms } of this.#samples) {
      const bar = count - 1 - (last - Math.floor(atMs / stretch));
      if (bar >= 0) bars.set(bar, Math.max(bars.get(bar) ?? 0, ms));
    }
    return bars;
  }
}
