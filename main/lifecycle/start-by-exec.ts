/** A fresh runtime: executed, with its plan in its channel. Until its hello it may be anything. */
import { spawn } from "node:child_process";
import type net from "node:net";
import { blockOf } from "../../helper/protocol/block.cjs";
import type { StartPlan } from "../../helper/protocol/plans.cjs";
import { SocketChannel } from "../../helper/protocol/socket-channel.cjs";
import { StreamChannel } from "../../helper/protocol/stream-channel.cjs";
import { type Addon, FIRST_FILE_FD } from "../../native/addon/addon.cjs";
import { unpackedPath } from "../../native/locate/archive.cjs";
import { tryAddon } from "../base/addon.js";
import { ForkError, systemError } from "../base/errors.js";
import { givePriority, needsSession } from "../base/priority.js";
import { MAX_ANSWER_BYTES } from "../connection/incoming.js";
import { ChildProcessHandle, PidfdHandle } from "../connection/process-handle.js";
import { assertMayStart } from "../connection/registry.js";
import { socketPair } from "../handles/socket-pair.js";
import { Stdio } from "../handles/stdio.js";
import { chooseRuntime, type Runtime } from "../runtime/runtime.js";
import type { ManagedProcess } from "./managed-process.js";
import type { FreshStartOptions } from "./options.js";
import { hasPassed } from "./self-tests.js";
import { putStart, type StartMessage, startMessage } from "./start-message.js";

/** The runtime is told by what argument to know it last. */
type UnsentPlan = Omit<StartPlan, "argument">;

/** Where a process without the addon has the worker's socket. */
const SOCKET_INDEX = 4;

/**
 * Executes a fresh runtime for `process`.
 * @param unforkable why the process can't be forked, if that is known
 * @throws ForkError ERR_FORK_RUNTIME, ERR_FORK_SYSTEM, ERR_FORK_UNSUPPORTED, ERR_FORK_CLOSED; nothing was executed then
 */
export function startByExec(process: ManagedProcess, unforkable: string | undefined): void {
  assertMayStart();
  const { options } = process;
  const runtime = chooseRuntime(options);
  runtime.unforkable ??= unforkable;
  const addon = tryAddon();
  const plan = planOf(options, runtime);
  if (addon instanceof Error || runtime.files === undefined) return executePlain(process, runtime, startMessage(plan));
  plan.addon = runtime.files.addon;
  plan.files = runtime.files.descriptors.map((_, index) => FIRST_FILE_FD + index);
  executeWithSocket(addon, process, runtime, startMessage(plan));
}

function planOf({ title, detached = false, program = false, type }: FreshStartOptions, runtime: Runtime): UnsentPlan {
  const { execArgv, unforkable, preload } = runtime;
  const plan: UnsentPlan = {
    ...{ title, owner: process.pid, execArgv, detached, program },
    template: type === "template",
    tryFork: unforkable === undefined && !hasPassed(runtime),
  };
  if (unforkable !== undefined) plan.unforkable = unforkable;
  if (preload !== undefined) plan.preload = preload;
  return plan;
}

function executeWithSocket(addon: Addon, process: ManagedProcess, runtime: Runtime, start: StartMessage): void {
  const { cwd, detached = false, priority } = process.options;
  const { stdio = new Stdio() } = process.log;
  const command = commandOf(runtime);
  const [ours, theirs] = socketPair(addon);
  try {
    putStart(addon, ours, start);
    const [pid, pidfd] = addon.spawn({
      file: command[0],
      args: blockOf([...command, ...runtime.args, start.argument]),
      env: blockOf(Object.entries({ ...runtime.env, ...start.env }).map(([name, value]) => `${name}=${value}`)),
      stdio: [...stdio.forSpawn, theirs, ...(runtime.files?.descriptors ?? [])],
      session: detached || needsSession(priority),
      ...(cwd === undefined ? {} : { cwd: unpackedPath(cwd) }),
    });
    const channel = new SocketChannel({ addon, fd: ours, events: process, maxPayloadBytes: MAX_ANSWER_BYTES });
    process.connect(channel, { runtime });
    process.executed(new PidfdHandle(addon, pid, pidfd, true));
    if (priority !== undefined) givePriority(pid, priority);
  } catch (error) {
    addon.close(ours);
    throw error instanceof ForkError ? error : runtimeError(runtime, error);
  } finally {
    addon.close(theirs);
  }
}

/** Without the addon: the worker's socket exists from the start. */
function executePlain(process: ManagedProcess, runtime: Runtime, start: StartMessage): void {
  const { cwd, detached = false, priority } = process.options;
  const { stdio = new Stdio() } = process.log;
  const [file, ...words] = commandOf(runtime);
  const child = spawn(file, [...words, ...runtime.args, start.argument], {
    stdio: [...(stdio.forChildProcess as "inherit"[]), "pipe", "pipe"],
    env: { ...runtime.env, ...start.env },
    detached: detached || needsSession(priority),
    windowsHide: true,
    ...(cwd === undefined ? {} : { cwd: unpackedPath(cwd) }),
  });
  stdio.useEndsOf(child);
  const streams = child.stdio as unknown as [unknown, unknown, unknown, net.Socket, net.Socket | null];
  const [, , , channel, socket] = streams;
  // From the streams that are in there child_process drops, at the child's end, whatever nobody has read until then.
  streams[SOCKET_INDEX] = null;
  socket?.unref(); // until a function has it
  channel?.write(start.octets);
  process.connect(new StreamChannel(channel, process, MAX_ANSWER_BYTES), { runtime, socket: socket ?? undefined });
  // Also a signal that could not be sent is such an event.
  child.on("error", (error) => child.pid === undefined && process.startFailed(runtimeError(runtime, error)));
  if (child.pid !== undefined) {
    process.executed(new ChildProcessHandle(child, child.pid));
    if (priority !== undefined) givePriority(child.pid, priority);
  }
}

/** @returns what is executed, and the arguments in front of the runtime's own */
function commandOf({ prefix, file }: Runtime): [file: string, ...words: string[]] {
  const [first, ...others] = prefix;
  return first === undefined ? [file] : [first, ...others, file];
}

/** No fault of the runtime's. */
const SHORTAGES = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);

export function runtimeError(runtime: Runtime, cause: unknown): ForkError {
  const command = commandOf(runtime).join(" ");
  const why = cause instanceof Error ? cause.message : String(cause);
  if (SHORTAGES.has((cause as NodeJS.ErrnoException).code ?? ""))
    return systemError(`the runtime '${command}' could not be started`, cause);
  return new ForkError("ERR_FORK_RUNTIME", `the runtime '${command}' could not be started: ${why}`, { cause });
}
