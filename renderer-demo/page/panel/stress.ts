/** The buttons that make it hard for the main process. */
import type { Command } from "../../contract/commands.js";
import type { EventOf } from "../../contract/events.js";
import { button, byId, make, setText } from "../dom.js";
import { megabytes } from "./process-row.js";
import { STUTTER_MS } from "./time-strip.js";

const BALLAST_MB = 2048;
const PROGRAMS = 50;

type Starter = EventOf<"programs">["by"];

export class Stress {
  readonly #table = byId("programs", HTMLTableElement);
  readonly #ballast: HTMLButtonElement;
  readonly #starters: HTMLButtonElement[];
  readonly #rows = new Map<Starter, HTMLTableRowElement>();
  readonly #send: (command: Command) => void;
  #mostBallast = BALLAST_MB;
  #hasBallast = false;

  constructor(send: (command: Command) => void) {
    this.#send = send;
    this.#ballast = button("ballast", () => {
      this.#hasBallast = !this.#hasBallast;
      send({ name: "ballast", megabytes: this.#hasBallast ? Math.min(BALLAST_MB, this.#mostBallast) : 0 });
    });
    this.#starters = [
      button("ours", () => this.#start("desktop-fork")),
      button("theirs", () => this.#start("child_process")),
    ];
  }

  set mostBallast(megabytes: number) {
    this.#mostBallast = megabytes;
  }

  /** @param bytes that the main process holds for nothing */
  setBallast(bytes: number): void {
    this.#hasBallast = bytes > 0;
    this.#ballast.setAttribute("aria-pressed", String(this.#hasBallast));
    setText(this.#ballast, this.#hasBallast ? `Free ${megabytes(bytes)}` : "Allocate");
  }

  finished({ by, count, failed, longestHoldUpMs, holdUpMs }: EventOf<"programs">): void {
    for (const starter of this.#starters) starter.disabled = false;
    const row = make("tr");
    row.append(make("th", "", failed === 0 ? by : `${by} (${failed} of ${count} failed)`));
    row.append(make("td", longestHoldUpMs > STUTTER_MS ? "bad" : "good", milliseconds(longestHoldUpMs)));
    row.append(make("td", "", milliseconds(holdUpMs)));
    this.#rows.set(by, row);
    this.#table.tBodies[0]?.replaceChildren(...this.#rows.values());
    this.#table.hidden = false;
  }

  #start(by: Starter): void {
    for (const starter of this.#starters) starter.disabled = true;
    this.#send({ name: "programs", by, count: PROGRAMS });
  }
}

export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
