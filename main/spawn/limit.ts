/** The ends that a program can come to from outside: `timeout` and `signal`. */
import { onAbort } from "../base/abort.js";
import { abortError } from "../base/errors.js";
import type { Command } from "./command.js";
import type { Program } from "./program.js";

/** Ends the program when its time is over, or when it is aborted. */
export function limit(
  program: Program,
  { timeout, signal, killSignal }: Pick<Command, "timeout" | "signal" | "killSignal">,
): void {
  if (timeout > 0) {
    const timer = setTimeout(() => attempt(program, killSignal), timeout);
    // Only the second comes when the program could not be started.
    for (const event of ["exit", "close"]) program.once(event, () => clearTimeout(timer));
  }
  if (signal === undefined) return;
  const abort = () => {
    if (!attempt(program, killSignal)) return;
    const report = () => program.emit("error", abortError(signal));
    // "spawn" comes before everything else.
    if (program.pid === undefined) program.once("spawn", report);
    else report();
  };
  if (signal.aborted) process.nextTick(abort);
  else program.once("close", onAbort(signal, abort));
}

function attempt(program: Program, killSignal: NodeJS.Signals | number | undefined): boolean {
  try {
    return program.kill(killSignal);
  } catch (error) {
    program.emit("error", error);
    return false;
  }
}
