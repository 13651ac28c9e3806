/** The live panel. */
import { type Command, MAX_WORKERS } from "../../contract/commands.js";
import type { EventOf } from "../../contract/events.js";
import { button, byId, setText } from "../dom.js";
import { measureFrames } from "./frame-meter.js";
import { ProcessTree } from "./process-tree.js";
import { RatePlot } from "./rate-plot.js";
import { StartsPlot } from "./starts-plot.js";
import { milliseconds, Stress } from "./stress.js";
import { forgetColours } from "./surface.js";
import { STUTTER_MS, TimeStrip } from "./time-strip.js";

/** Often enough for the eye; the page has better things to do. */
const DRAW_INTERVAL_MS = 66;

export class Panel {
  readonly #frames = new TimeStrip(byId("frame-strip", HTMLCanvasElement));
  readonly #loop = new TimeStrip(byId("loop-strip", HTMLCanvasElement));
  readonly #rate = new RatePlot(byId("rate-plot", HTMLCanvasElement));
  readonly #starts = new StartsPlot(byId("starts-plot", HTMLCanvasElement));
  readonly #processes: ProcessTree;
  readonly #stress: Stress;
  #workers = 1;
  #drawnMs = 0;

  constructor(send: (command: Command) => void) {
    this.#processes = new ProcessTree(byId("processes", HTMLUListElement), (pid, signal) =>
      send({ name: "end", pid, signal }),
    );
    this.#stress = new Stress(send);
    const change = (by: number) =>
      send({ name: "workers", count: Math.max(1, Math.min(MAX_WORKERS, this.#workers + by)) });
    button("fewer", () => change(-1));
    button("more", () => change(1));
    setUpToggle();
    measureFrames({ onFrame: (ms, atMs) => this.#onFrame(ms, atMs) });
  }

  hello({ mostBallast }: EventOf<"hello">): void {
    this.#stress.mostBallast = mostBallast;
  }

  pulse(pulse: EventOf<"pulse">): void {
    const now = performance.now();
    this.#workers = pulse.workers;
    setText(byId("workers"), String(pulse.workers));
    // A quiet main process is shown as such.
    for (const ms of pulse.holdUps.length === 0 ? [1] : pulse.holdUps) this.#loop.add(ms, now);
    this.#rate.add(pulse.made + pulse.cached + pulse.failed, now);
    this.#starts.add(pulse.starts);
    this.#processes.update(pulse.processes);
    this.#stress.setBallast(pulse.ballast);
  }

  programs(done: EventOf<"programs">): void {
    this.#stress.finished(done);
  }

  themeChanged(): void {
    forgetColours();
  }

  #onFrame(ms: number, atMs: number): void {
    this.#frames.add(ms, atMs);
    if (atMs - this.#drawnMs < DRAW_INTERVAL_MS || document.body.classList.contains("without-panel")) return;
    this.#drawnMs = atMs;
    this.#frames.draw(atMs);
    this.#loop.draw(atMs);
    this.#rate.draw(atMs);
    this.#starts.draw();
    showWorst("frame-worst", this.#frames.worst);
    showWorst("loop-worst", this.#loop.worst);
    setText(byId("rate"), Math.round(this.#rate.rate).toLocaleString());
    const { median } = this.#starts;
    setText(byId("starts"), median === undefined ? "–" : milliseconds(median));
  }
}

function showWorst(id: string, ms: number): void {
  const output = byId(id);
  setText(output, milliseconds(ms));
  output.classList.toggle("bad", ms > STUTTER_MS);
}

/** In a narrow window the panel would lie over the pictures: there it is only shown when it is asked for. */
function setUpToggle(): void {
  const narrow = matchMedia("(max-width: 860px)");
  const show = (shown: boolean) => {
    document.body.classList.toggle("without-panel", !shown);
    toggle.setAttribute("aria-expanded", String(shown));
  };
  const toggle = button("panel-toggle", () => show(document.body.classList.contains("without-panel")));
  narrow.addEventListener("change", ({ matches }) => show(!matches));
  show(!narrow.matches);
}
