/** spawn(): the work of child_process.spawn, done by a template. */
import childProcess, { type ChildProcess } from "node:child_process";
import { spawnBackend } from "./backend.js";
import { readCommand } from "./command.js";
import { limit } from "./limit.js";
import { isSendable } from "./plan.js";
import { forbidResources } from "./resources.js";
import { startProgram } from "./start.js";
import type { Spawn } from "./types.js";

/**
 * Starts a program, as `spawn` of node:child_process does, but without holding up this program's event loop: a template
 * starts it. docs/spawn.md lists what is different; above all, `pid` is undefined until the event `spawn`, and what
 * child_process would throw once it has tried is an event `error`.
 *
 * @throws what child_process throws for the same arguments; ForkError ERR_FORK_UNSUPPORTED for stdio `"ipc"`, and for
 *   limits and a priority where child_process does the work
 */
export const spawn = ((file: string, args?: readonly string[], options?: object): ChildProcess => {
  const command = readCommand(file, args, options);
  const backend = command !== undefined && isSendable(command) ? spawnBackend() : undefined;
  if (command === undefined || backend === undefined) {
    if (command !== undefined) forbidResources(command.resources);
    return childProcess.spawn(file, args as readonly string[], options as object);
  }
  const program = startProgram(backend, command);
  if (command.timeout > 0 || command.signal !== undefined) limit(program, command);
  return program as unknown as ChildProcess;
}) as Spawn;
