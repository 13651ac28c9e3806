/** How many milliseconds the last workers took to start: a dot each. */
import { colours, surfaceOf } from "./surface.js";

const MOST_KEPT = 40;
const LEAST_SCALE_MS = 10;
const RADIUS = 2.2;

export class StartsPlot {
  readonly #canvas: HTMLCanvasElement;
  #starts: number[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Undefined before the first. */
  get median(): number | undefined {
    return this.#starts.toSorted((a, b) => a - b)[this.#starts.length >> 1];
  }

  add(starts: readonly number[]): void {
    this.#starts = [...this.#starts, ...starts].slice(-MOST_KEPT);
  }

  draw(): void {
    const surface = surfaceOf(this.#canvas);
    if (surface === undefined) return;
    const { context, width, height } = surface;
    const { accent, accentFaint, line } = colours();
    const most = Math.max(LEAST_SCALE_MS, ...this.#starts);
    context.fillStyle = line;
    context.fillRect(0, height - 1, width, 1);
    this.#starts.forEach((ms, index) => {
      const x = width - (this.#starts.length - index - 0.5) * (width / MOST_KEPT);
      const y = height - 2 - RADIUS - (ms / most) * (height - 6 - RADIUS);
      context.fillStyle = accentFaint;
      context.fillRect(x - 0.5, y, 1, height - 1 - y);
      context.fillStyle = accent;
      context.beginPath();
      context.arc(x, y, RADIUS, 0, 2 * Math.PI);
      context.fill();
    });
  }
}
