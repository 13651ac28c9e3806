/** spawn(): the work of child_process.spawn, done by a template. */
import childProcess, { type ChildProcess } from "node:child_process";
import { abortError } from "../errors.js";
import { spawnBackend } from "./backend.js";
import { type Command, readCommand } from "./command.js";
import type { Program } from "./program.js";
import { isSendable, startProgram } from "./start.js";
import type { Spawn } from "./types.js";

/**
 * Starts a program, as `spawn` of node:child_process does, but without holding up this program's event loop: a template
 * starts it. docs/spawn.md lists what is different; above all, `pid` is undefined until the event `spawn`, and what
 * child_process would throw once it has tried is an event `error`.
 *
 * @throws what child_process throws for the same arguments; ForkError ERR_FORK_UNSUPPORTED for stdio `"ipc"`
 */
export const spawn = ((file: string, args?: readonly string[], options?: object): ChildProcess => {
  const command = readCommand(file, args, options);
  const backend = command !== undefined && isSendable(command) ? spawnBackend() : undefined;
  if (command === undefined || backend === undefined)
    return childProcess.spawn(file, args as readonly string[], options as object);
  const program = startProgram(backend.addon, backend.connection, command);
  limit(program, command);
  return program as unknown as ChildProcess;
}) as Spawn;

/** Ends the program when its time is over, or when it is aborted. */
export function limit(program: Program, { timeout, signal, killSignal }: Omit<Command, "stdio">): void {
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
  else {
    signal.addEventListener("abort", abort, { once: true });
    program.once("close", () => signal.removeEventListener("abort", abort));
  }
}

function attempt(program: Program, killSignal: NodeJS.Signals | number | undefined): boolean {
  try {
    return program.kill(killSignal);
  } catch (error) {
    program.emit("error", error);
    return false;
  }
}
