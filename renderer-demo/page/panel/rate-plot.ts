/** Pictures per second over the last minute. */
import { colours, surfaceOf } from "./surface.js";

const SPAN_MS = 60_000;
/** A rate is a mean over this time. */
const WINDOW_MS = 1000;
const LEAST_SCALE = 10;

export class RatePlot {
  readonly #canvas: HTMLCanvasElement;
  /** When so many were done. */
  #totals: { atMs: number; total: number }[] = [];
  #rates: { atMs: number; rate: number }[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  get rate(): number {
    return this.#rates.at(-1)?.rate ?? 0;
  }

  add(total: number, atMs: number): void {
    this.#totals.push({ atMs, total });
    while (this.#totals.length > 2 && atMs - (this.#totals[1]?.atMs ?? 0) >= WINDOW_MS) this.#totals.shift();
    const first = this.#totals[0] as { atMs: number; total: number };
    const seconds = (atMs - first.atMs) / 1000;
    this.#rates.push({ atMs, rate: seconds === 0 ? 0 : (total - first.total) / seconds });
    this.#rates = this.#rates.filter((point) => atMs - point.atMs < SPAN_MS);
  }

  draw(nowMs: number): void {
    const surface = surfaceOf(this.#canvas);
    if (surface === undefined) return;
    const { context, width, height } = surface;
    const { accent, accentFaint, line } = colours();
    const most = this.#rates.reduce((highest, { rate }) => Math.max(highest, rate), LEAST_SCALE);
    const xOf = (atMs: number) => width - ((nowMs - atMs) / SPAN_MS) * width;
    const yOf = (rate: number) => height - 1 - (rate / most) * (height - 4);
    context.fillStyle = line;
    context.fillRect(0, height - 1, width, 1);
    const [first] = this.#rates;
    if (first === undefined) return;
    context.beginPath();
    for (const { atMs, rate } of this.#rates) context.lineTo(xOf(atMs), yOf(rate));
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    context.stroke();
    context.lineTo(xOf(this.#rates.at(-1)?.atMs ?? nowMs), height - 1);
    context.lineTo(xOf(first.atMs), height - 1);
    context.fillStyle = accentFaint;
    context.fill();
  }
}
