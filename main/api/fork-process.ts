/** Process objects: what a program holds of a process that runs no function yet. */
import type { ChildProcess, ChildProcessByStdio, ChildProcessWithoutNullStreams } from "node:child_process";
import type net from "node:net";
import type { Readable, Writable } from "node:stream";
import { type InspectOptions, inspect } from "node:util";
import { MessageType, type Value } from "../../helper/protocol/message.cjs";
import { untilAborted, type WaitOptions } from "../base/abort.js";
import { requireAddon } from "../base/addon.js";
import { callerFile } from "../base/caller.js";
import { checkOptions, type OptionSchema } from "../base/check-options.js";
import { ForkError } from "../base/errors.js";
import { inspectLine } from "../base/inspect.js";
import { copyHandle, type Handle, type SentHandle } from "../handles/handles.js";
import { type PipeEnds, type StandardStreams, Stdio } from "../handles/stdio.js";
import { socketOf } from "../lifecycle/enter-function.js";
import { ManagedProcess } from "../lifecycle/managed-process.js";
import { type FreshStartOptions, type StartOptions, titleOf } from "../lifecycle/options.js";
import type { Step } from "../lifecycle/replay-log.js";
import { runPlan, specifierOf } from "../lifecycle/run-target.js";
import type { RuntimeOptions } from "../runtime/runtime.js";
import { becomeProgram } from "../spawn/become.js";
import type {
  End,
  SpawnOptions,
  SpawnOptionsWithoutStdio,
  SpawnOptionsWithStdioTuple,
  StdioOption,
} from "../spawn/types.js";
import { defaultTemplate } from "../template/default-template.js";
import { toHandle } from "../transfer/give.js";
import { fromHandle, type TakeOptions } from "../transfer/take.js";
import { takeValues } from "./arguments.js";
import { FORK_OPTIONS, FRESH_OPTIONS, READY_OPTIONS, RUN_OPTIONS, TAKE_OPTIONS } from "./option-schemas.js";
import { Worker } from "./worker.js";

export interface ForkOptions {
  /** What `ps` shows until `run`. */
  title?: string;
  /**
   * Working directory. Default: that of what it is forked from; where nobody has chosen that, this program's at this moment.
   */
  cwd?: string;
  /** The whole environment. Default: that of what it is forked from. */
  env?: Readonly<Record<string, string | undefined>>;
  /**
   * Standard input, output and error. Default: those of what it is forked from. Pipes are the `stdin`, `stdout` and
   * `stderr` of this object and of its worker.
   */
  stdio?: StandardStreams;
  /** The process survives this program, in a session of its own. */
  detached?: boolean;
  /** Aborting ends the process, whatever it does, and rejects what is pending with an AbortError. */
  signal?: AbortSignal;
}

export interface FreshOptions extends ForkOptions, Omit<RuntimeOptions, "env"> {
  /** How long the runtime may take before it says hello, in milliseconds. Default: 30,000. */
  startTimeoutMs?: number;
}

export interface RunOptions {
  /** Of a module: the name of the export. Default: `default`. */
  export?: string;
  /** What `ps` shows. Default: the function's name. */
  title?: string;
  /** Aborting ends the worker, or the process on its way to become one, and rejects what is pending with an AbortError. */
  signal?: AbortSignal;
}

/** Processes whose object was dropped before `run` end, after doing what they were told. */
const dropped = new FinalizationRegistry<ManagedProcess>((process) => process.drop());

/**
 * A process that waits for commands: it can be prepared, forked any number of times, and finally given a function to run.
 *
 * Commands are sent at once and done in order. They return the object; what goes wrong is told by {@link ready} and
 * {@link run}, which reject with the remote error.
 */
export class ForkProcess {
  readonly #process: ManagedProcess;

  /** @hidden Made by create(), fresh() and fork(); declared, so that the types refuse any other way. */
  constructor(process: ManagedProcess) {
    if (!(process instanceof ManagedProcess))
      throw new TypeError(
        "ForkProcess has no public constructor: use ForkProcess.create(), ForkProcess.fresh() or fork()",
      );
    this.#process = process;
    dropped.register(this, process, process);
  }

  /** A fork of the default template: an empty process, which is started on first use. */
  static create(options?: ForkOptions): ForkProcess {
    return forkOf(defaultTemplate(), options);
  }

  /** A fresh runtime, never a fork: slower and larger, but it takes nothing from any template. */
  static fresh(options: FreshOptions = {}): ForkProcess {
    return new ForkProcess(
      ManagedProcess.fresh({ ...options, ...startOptions(options, FRESH_OPTIONS) } as FreshStartOptions),
    );
  }

  /** The process's id once it is known: at once after `fresh`, after the first answer otherwise. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** This program's end of the pipe that is its standard input, if it was made with one. */
  get stdin(): PipeEnds["stdin"] {
    return this.#process.pipes.stdin;
  }

  get stdout(): PipeEnds["stdout"] {
    return this.#process.pipes.stdout;
  }

  get stderr(): PipeEnds["stderr"] {
    return this.#process.pipes.stderr;
  }

  /**
   * A new process like this one: all that was sent so far is in it, nothing that is sent later. What this program has
   * changed since of its umask, niceness and working directory, it has, too.
   * The new process fails with ERR_FORK_RIGHTS when this program is another user than it was, or in other groups.
   */
  fork(options?: ForkOptions): ForkProcess {
    return forkOf(this.#process, options);
  }

  /**
   * Runs code in the process's global scope, as a script: what it declares stays. `args` is a global array there and
   * `require` a global function that resolves from the calling file. A promise as the code's value is waited for.
   * @param args strings and octets
   */
  eval(code: string, ...args: (string | Uint8Array)[]): this {
    this.#process.assertUsable();
    if (typeof code !== "string")
      throw new ForkError("ERR_FORK_ARGUMENT", `eval: the code must be a string, not ${typeof code}`);
    return this.#tell(MessageType.Eval, takeValues(args, "eval", [code, callerFile()]));
  }

  /**
   * Loads modules, CommonJS or ES modules alike.
   * @param modules file: URLs, absolute paths, or what `import` in the calling file would take
   */
  require(...modules: (string | URL)[]): this {
    this.#process.assertUsable();
    return this.#tell(MessageType.Require, [callerFile(), ...modules.map(specifierOf)]);
  }

  /**
   * Sends open handles: the function receives a `net.Socket` or `net.Server` for one, and the number of a descriptor for
   * files and descriptors. They are copied now: yours stay yours, and closing them changes nothing for the process.
   * @throws ForkError ERR_FORK_HANDLE, ERR_FORK_SYSTEM, ERR_FORK_UNSUPPORTED
   */
  sendHandle(...handles: Handle[]): this {
    this.#process.assertUsable();
    const addon = requireAddon("sending a handle");
    const copies = [];
    try {
      for (const handle of handles) copies.push(copyHandle(addon, handle));
    } catch (error) {
      for (const { fd } of copies) addon.close(fd);
      throw error;
    }
    for (const copy of copies) this.#tell(MessageType.Handles, [], [copy]);
    return this;
  }

  /**
   * Sends arguments for the function. Strings arrive as strings, octets as Buffers; at most 4 GiB in one call. Octets are
   * copied now: changing them later changes nothing for the process.
   * @throws ForkError ERR_FORK_ARGUMENT, ERR_FORK_TOO_LARGE
   */
  sendArg(...values: (string | Uint8Array)[]): this {
    this.#process.assertUsable();
    return this.#tell(MessageType.Arguments, takeValues(values, "sendArg"));
  }

  /** @param handles the process's from now on */
  #tell(type: Step["type"], values: Value[], handles: SentHandle[] = []): this {
    this.#process.tell({ type, values, handles });
    return this;
  }

  /**
   * Resolves when all commands so far have succeeded; rejects with what the first failing one threw. Its `signal` ends the
   * waiting, and not the process.
   */
  async ready(options: WaitOptions = {}): Promise<this> {
    checkOptions(READY_OPTIONS, options);
    await untilAborted(this.#process.ready(), options.signal);
    return this;
  }

  /**
   * Calls a function with a socket and all that was sent, in the order sent. Resolves when the function has been
   * entered; rejects when anything on the way failed. This object is used up.
   *
   * @param target the name of a function that `eval` defined; or a module, as a URL, or as a path or package name
   *   together with an export's name
   */
  run(target: string, options?: RunOptions): Promise<Worker>;
  run(module: string | URL, exportName?: string, options?: RunOptions): Promise<Worker>;
  async run(target: string | URL, exportOrOptions?: string | RunOptions, more?: RunOptions): Promise<Worker> {
    const process = this.#process;
    const options = typeof exportOrOptions === "string" ? { ...more, export: exportOrOptions } : exportOrOptions;
    if (options !== undefined) checkOptions(RUN_OPTIONS, options);
    process.assertUsable();
    if (options?.signal !== undefined) process.obey(options.signal);
    // Objects with a finalizer live until the next full collection, with all that they hold.
    dropped.unregister(process);
    const socket = socketOf(process, await process.run(runPlan(target, options)));
    if (process.signal !== undefined) process.events.aborted = (error) => socket.destroy(error);
    return new Worker(process, socket);
  }

  /**
   * Replaces the process by a program, which keeps its pid and whatever was prepared in it: working directory,
   * environment, limits. Arguments and result are those of `spawn`; without `cwd` and `env` in the options they are the
   * process's own. What goes wrong is an event `error` of the result. This object is used up.
   *
   * @throws ForkError ERR_FORK_UNSUPPORTED without the addon; ERR_FORK_ARGUMENT
   */
  become<I extends StdioOption, O extends StdioOption, E extends StdioOption>(
    file: string,
    args: readonly string[],
    options: SpawnOptionsWithStdioTuple<I, O, E>,
  ): ChildProcessByStdio<End<I, Writable>, End<O, Readable>, End<E, Readable>>;
  become(file: string, args?: readonly string[], options?: SpawnOptionsWithoutStdio): ChildProcessWithoutNullStreams;
  become(file: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  become(file: string, args: readonly string[] = [], options: object = {}): ChildProcess {
    this.#process.assertUsable();
    return becomeProgram(this.#process, file, args, options) as unknown as ChildProcess;
  }

  /**
   * Passes this process on: resolves, when all that it was told has succeeded, with a socket in which the process waits
   * for another program, which makes an object of it with {@link ForkProcess.fromHandle}. The socket is yours to send, by
   * {@link sendHandle} for instance, and then to destroy; when nobody has it any more the process ends. Do not read from it.
   *
   * How the process ends is still told by this program to the other one, as long as this program lives. This object is used
   * up. To keep the process as well, pass on a `fork()` of it.
   *
   * @throws ForkError ERR_FORK_UNSUPPORTED without the addon; ERR_FORK_SYSTEM without descriptors, then the object is as before
   */
  toHandle(): Promise<net.Socket> {
    return toHandle(this.#process);
  }

  /**
   * Makes an object of a process that another program has passed on: it is as if that one went on here. What it was told
   * is done, and its id is known.
   *
   * @param handle a socket or descriptor from {@link toHandle}, used up by this call. Anything else is left as it is: not a
   *   byte is read from it
   * @throws ForkError ERR_FORK_HANDLE when no process waits there; ERR_FORK_PROTOCOL when it is of another version;
   *   ERR_FORK_SYSTEM, ERR_FORK_UNSUPPORTED
   */
  static fromHandle(handle: net.Socket | number, options: TakeOptions = {}): ForkProcess {
    checkOptions(TAKE_OPTIONS, options);
    return new ForkProcess(fromHandle(handle, options));
  }

  /** @internal What stands behind it, for the parts of the library that run services of their own. */
  get core(): ManagedProcess {
    return this.#process;
  }

  /** Ends the process now. Does nothing after `run`. */
  close(): void {
    this.#process.close();
  }

  /** @internal */
  [inspect.custom](_depth: number, options: InspectOptions, show: typeof inspect): string {
    const { pid, stateName: state, strategy, title } = this.#process;
    return inspectLine("ForkProcess", { pid, state, strategy: strategy?.name, title }, options, show);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

interface Forkable {
  fork(options?: StartOptions): ManagedProcess;
}

/** @throws ForkError when the source can't be forked any more; nothing is left open then */
export function forkOf(source: Forkable, options: ForkOptions | undefined): ForkProcess {
  if (options === undefined) return new ForkProcess(source.fork());
  const own = startOptions(options);
  try {
    return new ForkProcess(source.fork(own));
  } catch (error) {
    own.stdio?.close();
    own.stdio?.abandon();
    throw error;
  }
}

/** @throws ForkError ERR_FORK_ARGUMENT, ERR_FORK_HANDLE, ERR_FORK_SYSTEM */
export function startOptions(options: ForkOptions, schema: OptionSchema<ForkOptions> = FORK_OPTIONS): StartOptions {
  checkOptions(schema, options);
  return { ...options, title: options.title ?? titleOf("process"), stdio: Stdio.take(options.stdio) };
}
