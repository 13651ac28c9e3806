/** Ctrl-C, which the terminal sends to every process of its group. */
import type { Addon } from "../../native/addon/addon.cjs";

/** The same everywhere; the table of them is a module that a template can start without. */
const SIGINT = 2;

function ignore(): void {}

/** Ctrl-C reaches the whole process group; whether to stop is the parent's decision. */
export function ignoreInterrupt(addon: Addon | undefined): void {
  if (addon === undefined) process.on("SIGINT", ignore);
  else addon.ignoreSignal(SIGINT);
}

/** A worker ends on Ctrl-C like any program, unless its own code listens. */
export function restoreInterrupt(addon: Addon | undefined): void {
  process.off("SIGINT", ignore);
  if (addon !== undefined && process.listenerCount("SIGINT") === 0) addon.defaultSignal(SIGINT);
}
