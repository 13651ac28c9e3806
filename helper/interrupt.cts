/** Ctrl-C, which the terminal sends to every process of its group. */
import { constants } from "node:os";
import type { Addon } from "../native/addon.cjs";

const { SIGINT } = constants.signals;

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
