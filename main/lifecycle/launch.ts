/** Executing a fresh runtime. */
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
import { Connection, MAX_ANSWER_BYTES } from "../connection/connection.js";
import { ChildProcessHandle, PidfdHandle } from "../connection/process-handle.js";
import { socketPair } from "../handles/socket-pair.js";
import { Stdio } from "../handles/stdio.js";
import type { Runtime } from "../runtime/runtime.js";
import { putStart, type StartMessage, startMessage } from "./start-message.js";

/** Where a process without the addon has the worker's socket. */
const SOCKET_INDEX = 4;

export interface LaunchOptions {
  runtime: Runtime;
  title: string;
  cwd: string | undefined;
  detached: boolean;
  /** It runs no function itself. */
  template: boolean;
  /** Whether the process shall fork a child on trial before its hello. */
  tryFork: boolean;
  /** It runs this program as far as Template.ofProgram(). */
  program: boolean;
  /** Niceness; undefined: this program's. */
  priority: number | undefined;
  /** Its standard streams; undefined: this program's. It stays the caller's. */
  stdio: Stdio | undefined;
}

export interface Launched {
  connection: Connection;
  /** Without the addon: this end of the worker's socket, which then exists from the start. */
  socket: net.Socket | undefined;
}

/** @throws ForkError ERR_FORK_RUNTIME when the runtime can't be executed */
export function launch(options: LaunchOptions): Launched {
  const { runtime, title, detached, template, tryFork, program } = options;
  const addon = tryAddon();
  const plan: Omit<StartPlan, "argument"> = {
    title,
    owner: process.pid,
    execArgv: runtime.execArgv,
    detached,
    template,
    tryFork,
    program,
  };
  if (runtime.unforkable !== undefined) plan.unforkable = runtime.unforkable;
  if (runtime.preload !== undefined) plan.preload = runtime.preload;
  if (addon instanceof Error || runtime.files === undefined) return launchPlain(options, startMessage(plan));
  plan.addon = runtime.files.addon;
  plan.files = runtime.files.descriptors.map((_, index) => FIRST_FILE_FD + index);
  return { connection: launchWithSocket(addon, options, startMessage(plan)), socket: undefined };
}

function launchWithSocket(
  addon: Addon,
  { runtime, cwd, detached, priority, stdio = new Stdio() }: LaunchOptions,
  start: StartMessage,
): Connection {
  const connection = new Connection();
  const [ours, theirs] = socketPair(addon);
  try {
    putStart(addon, ours, start);
    const [pid, pidfd] = addon.spawn({
      file: runtime.file,
      args: blockOf([runtime.file, ...runtime.args, start.argument]),
      env: blockOf(Object.entries({ ...runtime.env, ...start.env }).map(([name, value]) => `${name}=${value}`)),
      stdio: [...stdio.forSpawn, theirs, ...(runtime.files?.descriptors ?? [])],
      session: detached || needsSession(priority),
      ...(cwd === undefined ? {} : { cwd: unpackedPath(cwd) }),
    });
    connection.open(new SocketChannel({ addon, fd: ours, events: connection, maxPayloadBytes: MAX_ANSWER_BYTES }));
    connection.born(new PidfdHandle(addon, pid, pidfd, true));
    if (priority !== undefined) givePriority(pid, priority);
    return connection;
  } catch (error) {
    addon.close(ours);
    throw error instanceof ForkError ? error : runtimeError(runtime, error);
  } finally {
    addon.close(theirs);
  }
}

function launchPlain(
  { runtime, cwd, detached, priority, stdio = new Stdio() }: LaunchOptions,
  start: StartMessage,
): Launched {
  const connection = new Connection();
  const child = spawn(runtime.file, [...runtime.args, start.argument], {
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
  connection.open(new StreamChannel(channel, connection, MAX_ANSWER_BYTES));
  child.on("error", (error) => connection.stillborn(runtimeError(runtime, error)));
  if (child.pid !== undefined) {
    connection.born(new ChildProcessHandle(child, child.pid));
    if (priority !== undefined) givePriority(child.pid, priority);
  }
  return { connection, socket: socket ?? undefined };
}

/** No fault of the runtime's. */
const SHORTAGES = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);

export function runtimeError(runtime: Runtime, cause: unknown): ForkError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (SHORTAGES.has((cause as NodeJS.ErrnoException).code ?? ""))
    return systemError(`the runtime '${runtime.file}' could not be started`, cause);
  return new ForkError("ERR_FORK_RUNTIME", `the runtime '${runtime.file}' could not be started: ${why}`, { cause });
}
