/**
 * What stands behind a process object: its commands, and how it comes to life. Knows nothing of the object, so that
 * dropping the object can end the process.
 */
import net from "node:net";
import { MessageType, PROTOCOL_VERSION, type Value } from "../helper/wire/message.cjs";
import type { ForkPlan, Hello, RunPlan } from "../helper/wire/plans.cjs";
import { SocketChannel } from "../helper/wire/socket-channel.cjs";
import { Connection, MAX_ANSWER_BYTES } from "./connection.js";
import { abortError, ForkError, systemError } from "./errors.js";
import { duplicate, type SentHandle } from "./handles.js";
import { launch, runtimeError, socketPair } from "./launch.js";
import { requireAddon, tryAddon } from "./native.js";
import { PidfdHandle } from "./process-handle.js";
import { chooseRuntime, type Runtime, type RuntimeOptions } from "./runtime.js";

/** How a new process differs from what it is made of. */
export interface BirthOptions {
  title: string;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string | undefined>> | undefined;
  detached?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface ExecOptions extends BirthOptions, RuntimeOptions {
  startTimeoutMs?: number | undefined;
}

type StepType = MessageType.Eval | MessageType.Require | MessageType.Arguments | MessageType.Handles;

/** A command that has no answer unless it fails. */
interface Step {
  type: StepType;
  values: readonly Value[];
  handles: readonly SentHandle[];
}

/** Undefined: not known yet. */
export type Strategy = { name: "fork" } | { name: "exec"; reason: string } | undefined;

const START_TIMEOUT_MS = 30_000;
/** A pid's namesake in messages and `ps`. */
const OWNER = process.pid;

/** What trial forks have shown in this program, by the runtime's path: undefined is a pass. */
const verdicts = new Map<string, string | undefined>();

export class ProcessCore {
  /** Called once when the process fails or dies by itself, before `run`. */
  onFailed: (error: Error) => void = () => {};
  readonly #options: ExecOptions;
  #runtime: Runtime | undefined;
  #connection: Connection | undefined;
  /** Without the addon: the end of the worker's socket that exists from the start. */
  #socket: net.Socket | undefined;
  #strategy: Strategy;
  /** Commands for a process that has no connection yet. */
  #backlog: Step[] = [];
  /** All commands so far, while it is possible that forks have to repeat them. */
  #log: Step[] | undefined = [];
  #waiting: (() => void)[] = [];
  #over: Error | undefined;
  #observed = false;
  #unsynced = false;

  private constructor(options: ExecOptions) {
    this.#options = options;
    if (options.signal !== undefined) this.obey(options.signal);
  }

  /** Aborting ends the process, whatever it does. */
  obey(signal: AbortSignal): void {
    this.#options.signal = signal;
    const abort = () => this.#finish(abortError(signal));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  }

  /** A fresh runtime. Never throws: what goes wrong fails the process. */
  static exec(options: ExecOptions): ProcessCore {
    const core = new ProcessCore(options);
    if (core.#over === undefined) core.#exec([]);
    return core;
  }

  /** A fork of this process as it is now; what is sent later does not reach it. */
  fork(options: BirthOptions): ProcessCore {
    this.#assertUsable();
    const { strategy, startTimeoutMs, ...inherited } = this.#options;
    const core = new ProcessCore({ ...inherited, ...options, strategy, startTimeoutMs, signal: options.signal });
    if (core.#over !== undefined) return core;
    // Taken now: later commands to this process are not for the new one.
    const steps = this.#strategy?.name === "fork" ? undefined : this.#copyLog();
    this.#whenStrategyKnown(() => {
      if (core.#over !== undefined) return closeSteps(steps);
      if (this.#over !== undefined) {
        closeSteps(steps);
        core.#fail(this.#over);
      } else if (this.#strategy?.name === "exec") {
        core.#exec(steps ?? []);
      } else {
        closeSteps(steps);
        core.#forkFrom(this.#connection as Connection);
      }
    });
    return core;
  }

  get pid(): number | undefined {
    return this.#connection?.pid;
  }

  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }

  get strategy(): Strategy {
    return this.#strategy;
  }

  get over(): Error | undefined {
    return this.#over;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** @throws ForkError ERR_FORK_USED, ERR_FORK_CLOSED */
  step(type: StepType, values: readonly Value[], handles: readonly SentHandle[] = []): void {
    const step = { type, values, handles };
    this.#unsynced = true;
    if (this.#connection === undefined) {
      this.#backlog.push(step);
      return;
    }
    this.#log?.push(this.#copyStep(step));
    this.#post(step);
  }

  /** @throws ForkError when the object can't take commands any more; a failure of the process is no such reason */
  assertUsable(): void {
    if (
      this.#over instanceof ForkError &&
      (this.#over.code === "ERR_FORK_USED" || this.#over.code === "ERR_FORK_CLOSED")
    )
      this.#assertUsable();
  }

  async ready(): Promise<void> {
    this.#observed = true;
    await this.#whenConnected();
    this.#assertUsable();
    await this.#sync();
  }

  /** Enters the function. The process object is used up by it, whatever comes of it. */
  async run(plan: RunPlan): Promise<{ connection: Connection; socket: net.Socket }> {
    const connection = await this.take("run");
    return this.#socket === undefined
      ? await this.#runWithPair(connection, plan)
      : await this.#runWithSocket(connection, plan, this.#socket);
  }

  /** The connection, for a last command. The process object is used up by it, whatever comes of it. */
  async take(command: string): Promise<Connection> {
    this.#observed = true;
    this.#assertUsable();
    const over = this.#over;
    await this.#whenConnected();
    if (this.#over !== undefined && this.#over !== over) throw this.#over;
    this.#over = new ForkError("ERR_FORK_USED", `this process object was given to ${command}() already`);
    this.#forget();
    return this.#connection as Connection;
  }

  /** The process ends, unless it runs a function. */
  close(): void {
    this.#finish(new ForkError("ERR_FORK_CLOSED", "this process object was closed"));
  }

  /** The object is gone: what it was told is still done. */
  drop(): void {
    if (this.#over !== undefined) return;
    if (!this.#unsynced) return this.close();
    this.ready().then(
      () => this.close(),
      () => this.close(),
    );
    this.#observed = false;
  }

  #assertUsable(): void {
    if (this.#over !== undefined) throw this.#over;
  }

  #exec(steps: Step[]): void {
    try {
      this.#runtime = chooseRuntime(this.#options);
      const { title, cwd, detached = false } = this.#options;
      if (verdicts.get(this.#runtime.file) !== undefined) this.#runtime.unforkable ??= verdicts.get(this.#runtime.file);
      const tryFork = this.#runtime.unforkable === undefined && !verdicts.has(this.#runtime.file);
      const launched = launch({ runtime: this.#runtime, title, cwd, detached, tryFork });
      this.#socket = launched.socket;
      this.#connect(launched.connection);
    } catch (error) {
      closeSteps(steps);
      this.#fail(error as Error);
      return;
    }
    this.#awaitHello(this.#connection as unknown as Connection, this.#runtime);
    for (const step of steps) this.step(step.type, step.values, step.handles);
    this.#flushBacklog();
  }

  #awaitHello(connection: Connection, runtime: Runtime): void {
    const timeoutMs = this.#options.startTimeoutMs ?? START_TIMEOUT_MS;
    const timer = setTimeout(() => {
      connection.kill("SIGKILL");
      connection.end(new Error(`it said nothing for ${timeoutMs} ms`));
    }, timeoutMs);
    timer.unref();
    connection.events.explain = (error) => {
      clearTimeout(timer);
      return error.code === "ERR_FORK_DIED" || error.code === "ERR_FORK_PROTOCOL"
        ? runtimeError(runtime, error)
        : error;
    };
    connection.events.hello = (hello: Hello) => {
      clearTimeout(timer);
      delete connection.events.explain;
      if (hello.protocol !== PROTOCOL_VERSION)
        return connection.end(
          new Error(`it speaks version ${hello.protocol} of the protocol, this is ${PROTOCOL_VERSION}`),
        );
      if (runtime.unforkable === undefined) verdicts.set(runtime.file, hello.unforkable);
      this.#setStrategy(hello.unforkable === undefined ? { name: "fork" } : { name: "exec", reason: hello.unforkable });
    };
  }

  #forkFrom(source: Connection): void {
    const { title, cwd, env, detached } = this.#options;
    const plan: ForkPlan = { title };
    if (detached) plan.detached = true;
    if (cwd !== undefined) plan.cwd = cwd;
    if (env !== undefined) plan.env = JSON.parse(JSON.stringify(env)) as Record<string, string>;
    try {
      const addon = requireAddon("a fork");
      const [ours, theirs] = socketPair(addon);
      const connection = new Connection(source);
      connection.open(new SocketChannel({ addon, fd: ours, events: connection, maxPayloadBytes: MAX_ANSWER_BYTES }));
      this.#connect(connection);
      source.request(MessageType.Fork, [JSON.stringify(plan)], [theirs], {
        answered: ({ values, handles }) => {
          const pid = Number(values[0]);
          connection.born(new PidfdHandle(addon, pid, handles[0] ?? -1, false));
        },
        failed: (error) => connection.stillborn(error),
      });
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#setStrategy({ name: "fork" });
    this.#flushBacklog();
  }

  #connect(connection: Connection): void {
    this.#connection = connection;
    connection.events.failed = (error) => this.#fail(error);
  }

  #flushBacklog(): void {
    for (const step of this.#backlog.splice(0)) this.step(step.type, step.values, step.handles);
    this.#wake();
  }

  #setStrategy(strategy: Strategy): void {
    this.#strategy = strategy;
    if (strategy?.name === "fork") {
      closeSteps(this.#log);
      this.#log = undefined;
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #whenStrategyKnown(then: () => void): void {
    if (this.#strategy !== undefined || this.#over !== undefined) return then();
    const connection = this.#connection;
    connection?.hold();
    this.#waiting.push(() => {
      connection?.release();
      this.#whenStrategyKnown(then);
    });
  }

  async #whenConnected(): Promise<void> {
    while (this.#connection === undefined && this.#over === undefined)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#connection === undefined) this.#assertUsable();
  }

  #post({ type, values, handles }: Step): void {
    this.#connection?.post(
      type,
      type === MessageType.Handles ? handles.map(({ kind }) => kind) : values,
      handles.map(({ fd }) => fd),
    );
  }

  #sync(): Promise<void> {
    this.#unsynced = false;
    return new Promise((resolve, reject) => {
      this.#connection?.request(MessageType.Sync, [], [], {
        answered: () =>
          this.#connection?.onBirth(() => {
            const { pid, failure } = this.#connection as Connection;
            if (pid === undefined && failure !== undefined) reject(this.#over ?? failure);
            else resolve();
          }),
        failed: (error) => reject(this.#over ?? error),
      });
    });
  }

  #runWithPair(connection: Connection, plan: RunPlan): Promise<{ connection: Connection; socket: net.Socket }> {
    const addon = requireAddon("a worker's socket");
    const [ours, theirs] = socketPair(addon);
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        addon.close(ours);
        reject(this.#aborted() ?? error);
      };
      const succeed = () => {
        if (connection.pid === undefined) return fail(connection.failure as ForkError);
        try {
          resolve({ connection, socket: new net.Socket({ fd: ours, readable: true, writable: true }) });
        } catch (error) {
          connection.close();
          fail(systemError("a worker's socket could not be opened", error));
        }
      };
      connection.request(MessageType.Run, [JSON.stringify(plan)], [theirs], {
        answered: () => connection.onBirth(succeed),
        failed: fail,
      });
    });
  }

  #runWithSocket(
    connection: Connection,
    plan: RunPlan,
    socket: net.Socket,
  ): Promise<{ connection: Connection; socket: net.Socket }> {
    return new Promise((resolve, reject) => {
      connection.request(MessageType.Run, [JSON.stringify(plan)], [], {
        answered: () => resolve({ connection, socket }),
        failed: (error) => {
          socket.destroy();
          reject(this.#aborted() ?? error);
        },
      });
    });
  }

  #aborted(): Error | undefined {
    const { signal } = this.#options;
    return signal?.aborted ? abortError(signal) : undefined;
  }

  /** The process failed by itself. */
  #fail(error: Error): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    this.#forget();
    this.#socket?.destroy();
    this.#wake();
    // Not in this turn: a constructor may be the one that fails it.
    setImmediate(() => this.onFailed(error));
  }

  /** It is ended from here. */
  #finish(reason: Error): void {
    const failed = this.#over;
    if (failed instanceof ForkError && failed.code === "ERR_FORK_USED") {
      if (this.#options.signal?.aborted && this.#connection?.status === undefined) this.#connection?.kill("SIGKILL");
      return;
    }
    if (failed !== undefined && !this.#observed) process.emitWarning(failed);
    this.#observed = true;
    this.#over = reason;
    this.#connection?.close();
    this.#forget();
    this.#socket?.destroy();
    this.#wake();
  }

  /** Nothing will be forked from this any more. */
  #forget(): void {
    closeSteps(this.#log);
    closeSteps(this.#backlog);
    this.#log = undefined;
    this.#backlog = [];
  }

  #copyLog(): Step[] {
    return [...(this.#log ?? []), ...this.#backlog].map((step) => this.#copyStep(step));
  }

  #copyStep(step: Step): Step {
    if (step.handles.length === 0) return step;
    const addon = requireAddon("a handle");
    return { ...step, handles: step.handles.map(({ kind, fd }) => ({ kind, fd: duplicate(addon, fd) })) };
  }
}

function closeSteps(steps: readonly Step[] | undefined): void {
  const addon = tryAddon();
  if (addon instanceof Error) return;
  for (const step of steps ?? []) for (const { fd } of step.handles) addon.close(fd);
}

/** What `ps` shows: whose process it is, then what it is. */
export function titleOf(what: string): string {
  return `${OWNER} desktop-fork ${what}`;
}
