/**
 * What stands behind a process object: its commands, and how it comes to life. Knows nothing of the object, so that
 * dropping the object can end the process.
 */
import type net from "node:net";
import { LOST_HANDLE, MessageType, PROTOCOL_VERSION, type Value } from "../helper/wire/message.cjs";
import { openSocket } from "../helper/wire/open-socket.cjs";
import type { ForkPlan, Hello, RunPlan } from "../helper/wire/plans.cjs";
import { SocketChannel } from "../helper/wire/socket-channel.cjs";
import { unpackedPath } from "../native/archive.cjs";
import { Connection, MAX_ANSWER_BYTES } from "./connection.js";
import { abortError, ForkError, noDescriptorError, systemError } from "./errors.js";
import type { SentHandle } from "./handles.js";
import { launch, runtimeError, socketPair } from "./launch.js";
import { assertMayStart, type ProcessType } from "./live-processes.js";
import { requireAddon, tryAddon } from "./native.js";
import { PidfdHandle } from "./process-handle.js";
import { chooseRuntime, type ProcessOptions, type Runtime } from "./runtime.js";
import { Stage, Stages } from "./stages.js";
import { NO_PIPES, type PipeEnds, Stdio } from "./stdio.js";
import { closeSteps, copySteps, type Step, type StepType, wireValues } from "./steps.js";

/** How a new process differs from what it is made of. */
export interface BirthOptions {
  title: string;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string | undefined>> | undefined;
  detached?: boolean | undefined;
  /** The process's from now on. */
  stdio?: Stdio | undefined;
  signal?: AbortSignal | undefined;
  /** Nobody waits for it yet. */
  spare?: boolean | undefined;
}

export interface ExecOptions extends BirthOptions, ProcessOptions {
  type?: ProcessType;
  startTimeoutMs?: number | undefined;
}

/** Undefined: not known yet. */
export type Strategy = { name: "fork" } | { name: "exec"; reason: string } | undefined;

const START_TIMEOUT_MS = 30_000;

/** What trial forks have shown in this program, by the runtime's path: undefined is a pass. */
const verdicts = new Map<string, string | undefined>();

/** Failures that somebody was told of by a rejection: of the process itself, or of a fork that failed with it. */
const told = new WeakSet<Error>();

/** A process on its way to another program. */
export interface GivenProcess {
  connection: Connection;
  options: ExecOptions;
  strategy: Strategy;
  steps: Step[];
}

/** Kept as what happened: an error with its stack is dear, and hardly ever asked for. */
type Unusable = "closed" | { usedBy: string };

function errorOfUse(why: Unusable): ForkError {
  return why === "closed"
    ? new ForkError("ERR_FORK_CLOSED", "this process object was closed")
    : new ForkError("ERR_FORK_USED", `this process object was given to ${why.usedBy}() already`);
}

export class ProcessCore {
  /** Called once when the process fails or dies by itself, before `run`. */
  onFailed: (error: Error) => void = () => {};
  /** Called once when a signal has ended the process, also after `run`. */
  onAborted: (error: Error) => void = () => {};
  /** All that a fresh runtime has to be given to be like this process. */
  readonly #options: ExecOptions;
  readonly #stages = new Stages();
  /** Its standard streams, as long as it is possible that forks have to be given the same. */
  #stdio: Stdio | undefined;
  #connection: Connection | undefined;
  /** Without the addon: the end of the worker's socket that exists from the start. */
  #socket: net.Socket | undefined;
  /** The worker's socket, made ahead of need. */
  #pair: [number, number] | undefined;
  #strategy: Strategy;
  /** All commands so far, while it is possible that forks have to repeat them. */
  #log: Step[] | undefined = [];
  /** Why the object takes no more commands. */
  #unusable: Unusable | undefined;
  /** Why the process takes no more commands. */
  #failure: Error | undefined;
  /** The function was asked for: what happens to the process from now on is its worker's to tell. */
  #entered = false;
  /** It was executed, and may be anything yet. */
  #silent = false;
  #observed = false;
  #unsynced = false;
  #disobey: () => void = () => {};
  /** The signal that has ended it. */
  #abortedBy: AbortSignal | undefined;

  private constructor(options: ExecOptions) {
    this.#options = options;
    this.#stdio = options.stdio;
    if (options.signal !== undefined) this.obey(options.signal);
  }

  /** Aborting ends the process, whatever it does. It may have to obey more than one. */
  obey(signal: AbortSignal): void {
    this.#options.signal = signal;
    const abort = () => this.#abort(signal);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    const disobeyOthers = this.#disobey;
    this.#disobey = () => {
      disobeyOthers();
      signal.removeEventListener("abort", abort);
    };
  }

  /** A fresh runtime. Never throws: what goes wrong fails the process. */
  static exec(options: ExecOptions): ProcessCore {
    const core = new ProcessCore(options);
    if (core.#failure === undefined) core.#exec([]);
    return core;
  }

  /** A fork of this process as it is now; what is sent later does not reach it. */
  fork(options: BirthOptions): ProcessCore {
    this.assertUsable();
    return this.forkServing(options);
  }

  /** The same when it serves rpc. What it runs is not in the fork: it should have nothing to do. */
  forkServing(options: BirthOptions): ProcessCore {
    const { strategy, startTimeoutMs, runtime, execArgv, program } = this.#options;
    const core = new ProcessCore({
      ...{ strategy, startTimeoutMs, runtime, execArgv, program },
      ...options,
      cwd: options.cwd ?? this.#options.cwd,
      env: options.env ?? this.#options.env,
    });
    const connection = this.#connection;
    connection?.hold();
    this.#stages.at(Stage.Known, () => {
      core.#comeFrom(this, options);
      connection?.release();
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
    return this.#failure ?? (this.#unusable ? errorOfUse(this.#unusable) : this.#abandonment);
  }

  get pipes(): PipeEnds {
    return this.#options.stdio?.ends ?? NO_PIPES;
  }

  /** The process is that of another one, which this one was forked from. */
  get #abandonment(): Error | undefined {
    return this.#entered ? undefined : this.#connection?.failure;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  step(type: StepType, values: readonly Value[], handles: readonly SentHandle[] = []): void {
    this.#unsynced = true;
    this.#stages.at(Stage.Connected, () => this.#send({ type, values, handles }));
  }

  /**
   * That the process has failed is no reason to throw: ready() and run() tell of it.
   * @throws ForkError ERR_FORK_USED, ERR_FORK_CLOSED
   */
  assertUsable(): void {
    if (this.#unusable !== undefined) throw errorOfUse(this.#unusable);
  }

  async ready(): Promise<void> {
    this.assertUsable();
    this.#observed = true;
    this.#unsynced = false;
    await new Promise<void>((resolve, reject) => {
      this.#stages.at(Stage.Connected, () => {
        const fail = (error?: Error) => reject(this.#failure ?? this.#aborted() ?? error ?? this.#connection?.failure);
        if (this.#failure !== undefined) return fail();
        this.#connection?.request(MessageType.Sync, [], [], {
          answered: () => this.#connection?.onBirth(() => (this.pid === undefined ? fail() : resolve())),
          failed: fail,
        });
      });
    });
  }

  /** While there is time: what run() would have to make. */
  prepareRun(): void {
    const addon = tryAddon();
    if (addon instanceof Error || this.#pair !== undefined || this.over !== undefined) return;
    try {
      this.#pair = socketPair(addon);
    } catch {
      // run() will say so.
    }
  }

  /** Enters the function. The process object is used up by it, whatever comes of it. */
  async run(plan: RunPlan): Promise<{ connection: Connection; socket: net.Socket }> {
    const { connection, end } = await this.runRaw(plan);
    if (typeof end !== "number") return { connection, socket: end };
    try {
      return { connection, socket: openSocket(end) };
    } catch (error) {
      requireAddon("a worker's socket").close(end);
      connection.close();
      throw systemError("a worker's socket could not be opened", error);
    }
  }

  /** As run(), with the socket as it comes: a descriptor, the caller's; without the addon a stream. */
  async runRaw(plan: RunPlan): Promise<{ connection: Connection; end: number | net.Socket }> {
    return this.take("run", async (connection) => ({ connection, end: await this.#enter(connection, plan) }));
  }

  /** Uses the connection for a last command. The process object is used up by it, whatever comes of it. */
  async take<T>(command: string, use: (connection: Connection) => Promise<T>): Promise<T> {
    this.assertUsable();
    this.#observed = true;
    this.#unusable = { usedBy: command };
    if (command !== "run") this.#closePair();
    return new Promise((resolve, reject) => {
      this.#stages.at(Stage.Connected, () => {
        if (this.#failure !== undefined) return reject(this.#failure);
        this.#entered = true;
        this.#forget();
        const connection = this.#connection as Connection;
        connection.type = "worker";
        resolve(use(connection));
      });
    });
  }

  /**
   * Gives the process to another program. The process object is used up by it, unless `give` throws.
   * @param give takes over the steps, which are none when the process can be forked
   */
  async giveAway<T>(give: (given: GivenProcess) => T): Promise<T> {
    this.assertUsable();
    const ready = this.ready();
    this.#unusable = { usedBy: "toHandle" };
    await ready.catch((error) => {
      this.#end(error);
      throw error;
    });
    const connection = this.#connection as Connection;
    if (this.#failure !== undefined) throw this.#failure;
    try {
      const given = give({ connection, options: this.#options, strategy: this.#strategy, steps: this.#log ?? [] });
      this.#entered = true;
      this.#log = undefined;
      this.#forget();
      this.#disobey();
      return given;
    } catch (error) {
      this.#unusable = undefined;
      throw error;
    }
  }

  /**
   * A process that another program has given to this one.
   * @param reason why it can't be forked; inherit() has to follow then
   */
  static adopt(connection: Connection, options: ExecOptions, reason: string | undefined): ProcessCore {
    const core = new ProcessCore(options);
    core.#connect(connection);
    core.#stages.reach(Stage.Connected);
    if (core.#failure !== undefined) core.#abort(options.signal as AbortSignal);
    else if (reason === undefined) core.#setStrategy({ name: "fork" });
    else core.#strategy = { name: "exec", reason };
    return core;
  }

  /** @param steps what it was told before, now the process's; or why nobody can tell any more */
  inherit(steps: Step[] | ForkError): void {
    if (steps instanceof ForkError) return this.#end(steps);
    if (this.#log === undefined) closeSteps(steps);
    else this.#log.unshift(...steps);
    this.#stages.reach(Stage.Known);
  }

  /** The process ends, unless it was given a function. Forks that were asked for before still come to life. */
  close(): void {
    if (this.#unusable !== undefined) return;
    this.#unusable = "closed";
    const reason = errorOfUse(this.#unusable);
    if (this.#failure !== undefined && !this.#observed && !told.has(this.#failure)) process.emitWarning(this.#failure);
    if (this.#stages.isAwaited(Stage.Known)) this.#stages.at(Stage.Unborn, () => this.#end(reason));
    else this.#end(reason);
  }

  /** The object is gone: what it was told is still done. */
  drop(): void {
    if (this.#unusable !== undefined) return;
    if (!this.#unsynced) return this.close();
    this.ready().then(
      () => this.close(),
      () => this.close(),
    );
    this.#observed = false;
  }

  /** @param options what was asked for this very process */
  #comeFrom(source: ProcessCore, options: BirthOptions): void {
    if (this.#failure !== undefined) return;
    if (source.#failure !== undefined) return this.#fail(source.#failure);
    if (source.#strategy?.name === "fork") return this.#forkFrom(source.#connection as Connection, options);
    try {
      if (source.#stdio !== undefined) {
        this.#stdio ??= new Stdio();
        this.#stdio.adopt(source.#stdio);
      }
      this.#exec(copySteps(source.#log ?? []));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #exec(steps: Step[]): void {
    let runtime: Runtime;
    try {
      assertMayStart();
      runtime = chooseRuntime(this.#options);
      const { title, cwd, detached = false, program = false } = this.#options;
      runtime.unforkable ??= verdicts.get(runtime.file);
      const tryFork = runtime.unforkable === undefined && !verdicts.has(runtime.file);
      const launched = launch({ runtime, title, cwd, detached, tryFork, program, stdio: this.#stdio });
      this.#socket = launched.socket;
      this.#connect(launched.connection);
    } catch (error) {
      closeSteps(steps);
      this.#fail(error as Error);
      return;
    }
    this.#awaitHello(this.#connection as unknown as Connection, runtime);
    for (const step of steps) this.#send(step);
    this.#stages.reach(Stage.Connected);
    if (runtime.unforkable !== undefined) this.#setStrategy({ name: "exec", reason: runtime.unforkable });
  }

  #awaitHello(connection: Connection, runtime: Runtime): void {
    const timeoutMs = this.#options.startTimeoutMs ?? START_TIMEOUT_MS;
    const timer = setTimeout(() => connection.end(new Error(`it said nothing for ${timeoutMs} ms`)), timeoutMs);
    timer.unref();
    this.#silent = true;
    connection.events.explain = (error) => {
      clearTimeout(timer);
      // Whatever it is, it is nothing that would end with its channel.
      connection.kill("SIGKILL");
      return error.code === "ERR_FORK_DIED" || error.code === "ERR_FORK_PROTOCOL"
        ? runtimeError(runtime, error)
        : error;
    };
    connection.events.hello = (hello: Hello) => {
      if (hello.protocol !== PROTOCOL_VERSION)
        return connection.end(
          new Error(`it speaks version ${hello.protocol} of the protocol, this is ${PROTOCOL_VERSION}`),
        );
      clearTimeout(timer);
      this.#silent = false;
      delete connection.events.explain;
      if (runtime.unforkable === undefined) verdicts.set(runtime.file, hello.unforkable);
      this.#setStrategy(hello.unforkable === undefined ? { name: "fork" } : { name: "exec", reason: hello.unforkable });
    };
  }

  #forkFrom(source: Connection, { title, cwd, env, detached, spare }: BirthOptions): void {
    const plan: ForkPlan = { title };
    if (spare) plan.spare = true;
    if (detached) plan.detached = true;
    if (cwd !== undefined) plan.cwd = unpackedPath(cwd);
    if (env !== undefined) plan.env = JSON.parse(JSON.stringify(env)) as Record<string, string>;
    try {
      assertMayStart();
      const addon = requireAddon("a fork");
      const [ours, theirs] = socketPair(addon);
      const { fds, places } = this.#stdio?.release() ?? { fds: [], places: [] };
      if (places.length > 0) plan.stdio = places;
      const connection = new Connection(source);
      connection.open(new SocketChannel({ addon, fd: ours, events: connection, maxPayloadBytes: MAX_ANSWER_BYTES }));
      this.#connect(connection);
      source.request(MessageType.Fork, [JSON.stringify(plan)], [theirs, ...fds], {
        answered: ({ values, handles: [pidfd = LOST_HANDLE] }) => {
          if (pidfd === LOST_HANDLE) return connection.stillborn(noDescriptorError("the new process"));
          connection.born(new PidfdHandle(addon, Number(values[0]), pidfd, false));
          if (this.#aborted() !== undefined) connection.kill("SIGKILL");
        },
        failed: (error) => connection.stillborn(error),
      });
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#stages.reach(Stage.Connected);
    this.#setStrategy({ name: "fork" });
  }

  #connect(connection: Connection): void {
    this.#connection = connection;
    connection.type = this.#options.type ?? "process";
    connection.title = this.#options.title;
    connection.detached = this.#options.detached ?? false;
    connection.events.failed = (error) => this.#fail(error);
    void connection.exited.then(() => {
      this.#disobey();
      this.#options.stdio?.finish();
    });
  }

  #setStrategy(strategy: Strategy): void {
    this.#strategy = strategy;
    if (strategy?.name === "fork") this.#forget();
    this.#stages.reach(Stage.Known);
  }

  /** @param step the process's from now on */
  #send(step: Step): void {
    if (this.#failure !== undefined) return closeSteps([step]);
    try {
      this.#log?.push(...copySteps([step]));
    } catch (error) {
      closeSteps([step]);
      this.#connection?.close();
      return this.#fail(error as Error);
    }
    this.#connection?.post(
      step.type,
      wireValues(step),
      step.handles.map(({ fd }) => fd),
    );
  }

  async #enter(connection: Connection, plan: RunPlan): Promise<number | net.Socket> {
    connection.title = plan.title;
    try {
      return await (this.#socket === undefined
        ? this.#runWithPair(connection, plan)
        : this.#runWithSocket(connection, plan, this.#socket));
    } catch (error) {
      connection.close();
      throw this.#aborted() ?? error;
    }
  }

  #runWithPair(connection: Connection, plan: RunPlan): Promise<number> {
    const addon = requireAddon("a worker's socket");
    const [ours, theirs] = this.#pair ?? socketPair(addon);
    this.#pair = undefined;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        addon.close(ours);
        reject(error);
      };
      const succeed = () => {
        if (connection.pid === undefined || this.#failure !== undefined)
          return fail(this.#failure ?? (connection.failure as ForkError));
        resolve(ours);
      };
      connection.request(MessageType.Run, [JSON.stringify(plan)], [theirs], {
        answered: () => connection.onBirth(succeed),
        failed: fail,
      });
    });
  }

  #runWithSocket(connection: Connection, plan: RunPlan, socket: net.Socket): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
      connection.request(MessageType.Run, [JSON.stringify(plan)], [], {
        answered: () => resolve(socket.ref()),
        failed: (error) => {
          socket.destroy();
          reject(error);
        },
      });
    });
  }

  #aborted(): Error | undefined {
    return this.#abortedBy && abortError(this.#abortedBy);
  }

  #abort(signal: AbortSignal): void {
    if (this.#connection?.status !== undefined) return;
    this.#abortedBy ??= signal;
    const error = abortError(this.#abortedBy);
    this.#connection?.kill("SIGKILL");
    this.#end(error);
    this.onAborted(error);
  }

  /** The process failed by itself. */
  #fail(error: Error): void {
    if (this.#observed) told.add(error);
    if (this.#failure !== undefined || this.#entered) return;
    this.#over(error);
    // Not in this turn: a constructor may be the one that fails it.
    setImmediate(() => this.onFailed(error));
  }

  /** It is ended from here. */
  #end(reason: Error): void {
    if (this.#failure === undefined) this.#over(reason);
    // What has not said hello may be nothing that ends with its channel.
    if (this.#silent) this.#connection?.kill("SIGKILL");
    this.#connection?.close();
  }

  #closePair(): void {
    for (const fd of this.#pair ?? []) requireAddon("a worker's socket").close(fd);
    this.#pair = undefined;
  }

  #over(reason: Error): void {
    this.#failure = reason;
    this.#forget();
    if (!this.#entered) this.#socket?.destroy();
    this.#closePair();
    if (this.#connection === undefined) {
      this.#disobey();
      this.#options.stdio?.abandon();
    }
    this.#stages.reach(Stage.Over);
  }

  /** No fork will have to repeat anything. */
  #forget(): void {
    closeSteps(this.#log);
    this.#log = undefined;
    this.#stdio?.close();
    this.#stdio = undefined;
  }
}

/** What `ps` shows: whose process it is, then what it is. */
export function titleOf(what: string): string {
  return `${process.pid} desktop-fork ${what}`;
}
