/** Calling the functions of a module in another process. */
import { type InspectOptions, inspect } from "node:util";
import type { Listener } from "../../helper/rpc/listeners.cjs";
import { ForkProcess } from "../api/fork-process.js";
import { callerFile } from "../base/caller.js";
import { checkOptions } from "../base/check-options.js";
import { ForkError } from "../base/errors.js";
import { inspectLine } from "../base/inspect.js";
import type { ExitStatus } from "../connection/exit-status.js";
import { type MemoryUse, readMemory } from "../metrics/memory.js";
import { callsOf } from "./api.js";
import { CALL_OPTIONS, type CallOptions, startCall, tryCall } from "./call-options.js";
import { RpcProcess } from "./rpc-process.js";
import { SERVICE_OPTIONS, type ServiceOptions, serviceOf } from "./service.js";
import type {
  AnyEvents,
  AnyModule,
  Calls,
  EventArguments,
  EventListener,
  EventName,
  FunctionName,
  RunArguments,
  RunResult,
} from "./types.js";

/**
 * Gives a process a module to serve. Calls can be made at once; they wait until the worker is ready.
 *
 * The worker ends after {@link Rpc.close}, and with this program. A call under way keeps this program alive; an idle worker
 * does not, see {@link Rpc.ref}.
 *
 * @param process used up by it, as by `run`
 * @example
 * ```ts
 * const rpc = createRpc<typeof import("./worker.js")>(ForkProcess.create(), {
 *   module: new URL("./worker.js", import.meta.url),
 * });
 * const thumbnail = await rpc.api.resize(image, 128);
 * await rpc.close();
 * ```
 * @throws ForkError ERR_FORK_ARGUMENT, naming the option
 */
export function createRpc<M = AnyModule, E extends object = AnyEvents>(
  process: ForkProcess,
  options: ServiceOptions,
): Rpc<M, E> {
  if (!(process instanceof ForkProcess))
    throw new ForkError("ERR_FORK_ARGUMENT", "createRpc: the first argument must be a ForkProcess");
  checkOptions(SERVICE_OPTIONS, options);
  return new Rpc(new RpcProcess(process, serviceOf(options, callerFile())));
}

/** The caller's side of a worker that serves a module `M`. `E` has the arguments of the events, both ways. */
export class Rpc<M = AnyModule, E extends object = AnyEvents> {
  /** The module's functions: `await rpc.api.resize(image, 128)`. */
  readonly api: Calls<M>;
  /** Settles when the worker has ended, however it did. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  readonly #worker: RpcProcess;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(worker: RpcProcess) {
    this.#worker = worker;
    this.exited = worker.exited;
    this.api = callsOf((name, args) => this.#call(name, args, undefined)) as Calls<M>;
  }

  /** Once it is known. */
  get pid(): number | undefined {
    return this.#worker.pid;
  }

  /** Resolves when the worker has been initialised; rejects with why it can't be. */
  async ready(): Promise<this> {
    await this.#worker.ready;
    return this;
  }

  /** As `rpc.api[name](...args)`, with a signal or a time limit. */
  run<K extends FunctionName<M>>(name: K, ...rest: RunArguments<M, K, CallOptions>): RunResult<M, K> {
    const [args = [], options] = rest as [args?: readonly unknown[], options?: CallOptions];
    if (typeof name !== "string") throw new ForkError("ERR_FORK_ARGUMENT", "a function's name must be a string");
    if (!Array.isArray(args)) throw new ForkError("ERR_FORK_ARGUMENT", "the arguments must be an array");
    if (options !== undefined) checkOptions(CALL_OPTIONS, options);
    return this.#call(name, args, options) as RunResult<M, K>;
  }

  /** Listens to an event that the worker sends with `emit`. */
  on<K extends EventName<E>>(name: K, listener: EventListener<E, K>): this {
    if (typeof listener !== "function") throw new ForkError("ERR_FORK_ARGUMENT", "a listener must be a function");
    this.#worker.client.listeners.add(name, listener as unknown as Listener);
    return this;
  }

  off<K extends EventName<E>>(name: K, listener: EventListener<E, K>): this {
    this.#worker.client.listeners.remove(name, listener as unknown as Listener);
    return this;
  }

  /**
   * Sends an event to the worker: `on(name, …)` from `desktop-fork/worker` there. In order with the calls.
   * @throws ForkError ERR_FORK_SERIALIZE, ERR_FORK_TOO_LARGE, or why the worker is there no more
   */
  emit<K extends EventName<E>>(name: K, ...args: EventArguments<E, K>): void {
    this.#worker.client.emit(name, args);
  }

  /** @returns false when the worker has ended, or does not live yet */
  kill(signal: NodeJS.Signals | number = "SIGTERM"): boolean {
    return this.#worker.connection?.kill(signal) ?? false;
  }

  /** Keeps this program alive as long as the worker, for instance to hear its events. A call under way does so anyway. */
  ref(): this {
    this.#worker.setReferenced(true);
    return this;
  }

  /** Takes `ref()` back. */
  unref(): this {
    this.#worker.setReferenced(false);
    return this;
  }

  /** The worker's memory, as of now. @throws ForkError ERR_FORK_UNSUPPORTED without /proc, ERR_FORK_DIED */
  async memory(): Promise<MemoryUse> {
    await this.#worker.ready;
    return readMemory(this.pid as number);
  }

  /** Lets the worker finish all calls and its `done` function, and waits for its end. Further calls are rejected. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Kills the worker, and waits for its end. Calls under way are rejected with ERR_FORK_CLOSED. */
  async terminate(): Promise<void> {
    this.#worker.fail(new ForkError("ERR_FORK_CLOSED", "the rpc was terminated"));
    await this.exited;
  }

  /** @internal */
  [inspect.custom](_depth: number, options: InspectOptions, show: typeof inspect): string {
    const { pid, connection } = this.#worker;
    const state = connection?.stateName ?? "starting";
    const facts = { pid, state, strategy: connection?.strategy?.name, title: connection?.title };
    return inspectLine("Rpc", facts, options, show);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#worker.finish(new ForkError("ERR_FORK_CLOSED", "the rpc was closed"));
    await this.exited;
  }

  #call(name: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { client } = this.#worker;
      if (options === undefined) tryCall(client, name, args, { resolve, reject });
      else startCall(client, { name, args, call: { resolve, reject }, ...options });
    });
  }
}
