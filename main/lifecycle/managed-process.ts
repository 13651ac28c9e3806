/**
 * One process from when it is asked for until it is over. Owns the channel, the handle, what was asked and not answered, and
 * what forks may have to repeat. The table of states is told what happens, and its effects are carried out here. Nothing here
 * knows the object that people hold, so that dropping that object can end the process.
 */
import type net from "node:net";
import type { Channel, ChannelEvents } from "../../helper/protocol/channel.cjs";
import { isLogging, logLine, nameOfPid } from "../../helper/protocol/debug-log.cjs";
import { type Message, MessageType, type Outgoing, PROTOCOL_VERSION } from "../../helper/protocol/message.cjs";
import type { ExitReport, Hello, RunPlan } from "../../helper/protocol/plans.cjs";
import type { Failure } from "../../helper/protocol/remote-error.cjs";
import { onAbort } from "../base/abort.js";
import { abortError, errorOfFailure, ForkError } from "../base/errors.js";
import { addForkHook, type ForkHook, removeForkHook } from "../base/fork-hooks.js";
import { currentRights, type Rights } from "../base/rights.js";
import { type Child, Children, type Source } from "../connection/children.js";
import { brokenError, closedError, diedError, foreignError } from "../connection/connection-errors.js";
import { type ExitStatus, statusOfReport, UNKNOWN_STATUS } from "../connection/exit-status.js";
import { type Receiver, receive } from "../connection/incoming.js";
import { KeepAlive, type NewsSource } from "../connection/keep-alive.js";
import { HARMLESS, NONE, PendingRequests, type Reply, UNFAILING } from "../connection/pending-requests.js";
import type { ProcessHandle } from "../connection/process-handle.js";
import { enlist, type LiveProcess, type ProcessType, strike } from "../connection/registry.js";
import { NO_PIPES, type PipeEnds } from "../handles/stdio.js";
import type { Runtime } from "../runtime/runtime.js";
import { type SocketEnd, WorkerSocket } from "./enter-function.js";
import {
  FORK,
  type FreshStartOptions,
  freshOptions,
  type StartOptions,
  type Strategy,
  strategyOf,
  titleOf,
} from "./options.js";
import { closeSteps, ReplayLog, type Step, wireValues } from "./replay-log.js";
import { changeFor, type Keeps, rightsError } from "./rights.js";
import { notePass } from "./self-tests.js";
import { runtimeError, startByExec } from "./start-by-exec.js";
import { startByFork } from "./start-by-fork.js";
import {
  describeChange,
  Effect,
  Event,
  isListening,
  isOver,
  Kernel,
  Line,
  nameOf,
  next,
  START,
  takesCommands,
} from "./states.js";

const START_TIMEOUT_MS = 30_000;
/** How long the news of an exit may lag behind the end of the channel. */
const EXIT_NEWS_TIMEOUT_MS = 1000;

/** What a process tells the one that made it. */
export interface ProcessEvents {
  /** Called once when the process fails or dies by itself before its last command. */
  failed?(error: Error): void;
  /** Called once per signal that has ended the process, also after its last command. */
  aborted?(error: Error): void;
  /** A request was answered, or failed; or nothing will be answered any more. */
  answered?: (() => void) | undefined;
  /** A child has ended that was started before the process was given to this program. */
  strangerEnded?(report: ExitReport): void;
  /** The process has ended, and all that it said was read. */
  over?(): void;
}

/** Where a process comes from, and what comes with it. */
export interface Origin {
  /** Reports the process's end; undefined for a child of this program. */
  source?: Source | undefined;
  /** Of a fresh process. */
  runtime?: Runtime | undefined;
  /** Without the addon: this end of the worker's socket. */
  socket?: net.Socket | undefined;
}

/** How far a process must have come for what waits. */
enum Need {
  Turn,
  Channel,
  Strategy,
}

/** Failures that somebody was told of by a rejection: of the process itself, or of a fork that failed with it. */
const told = new WeakSet<Error>();

/** What each event leaves pending; of all others, nothing. */
const KEPT = new Map([
  [Event.Close, HARMLESS],
  [Event.Kill, HARMLESS],
  [Event.Fail, UNFAILING],
]);

export class ManagedProcess implements ChannelEvents, Receiver, Child, Source, NewsSource, LiveProcess, ForkHook {
  readonly options: FreshStartOptions;
  readonly log: ReplayLog;
  readonly events: ProcessEvents = {};
  /** What this program had when the process was asked for. */
  readonly rights: Rights;
  /** Settles when it is known how the process ended, or that it never started. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  type: ProcessType;
  title: string;
  strategy: Strategy;
  readonly #requests = new PendingRequests(() => {
    this.release();
    this.events.answered?.();
  });
  readonly #children = new Children();
  readonly #keepAlive = new KeepAlive();
  readonly #socket = new WorkerSocket();
  #state = START;
  /** What was asked for by name, and does not follow this program. */
  #keeps: Keeps;
  #channel: Channel | undefined;
  #handle: ProcessHandle | undefined;
  #origin: Origin = {};
  #failure: Error | undefined;
  #status: ExitStatus | undefined;
  /** What the process said last: its exit code, or that something failed. */
  #lastWords: number | "failure" | undefined;
  /** The command that has used the object up. */
  #usedBy: string | undefined;
  /** Commands were sent since ready() was called last. */
  #isUnsynced = false;
  /** Somebody waits for the process, and is told when it fails. */
  #isObserved = false;
  /** Events that came while another was dealt with; undefined: none is. */
  #nested: [Event, Error | ExitStatus | undefined][] | undefined;
  #waiting: { need: Need; act: () => void }[] = [];
  #startWaiters: ((failure: Error | undefined) => void)[] = [];
  /** For the hello, or for the exit. */
  #timer: NodeJS.Timeout | undefined;
  #settleExit!: (status: ExitStatus) => void;
  /** End the listening to signals. */
  #bonds: (() => void)[] | undefined;

  /** @param rights of this program at the time of the call */
  constructor(options: FreshStartOptions, rights: Rights = currentRights()) {
    this.options = options;
    this.rights = rights;
    this.type = options.type ?? "process";
    this.title = options.title;
    this.log = new ReplayLog(options.stdio);
    this.#keeps = { directory: options.cwd !== undefined, priority: options.priority !== undefined };
    this.exited = new Promise((resolve) => {
      this.#settleExit = resolve;
    });
    if (options.signal !== undefined) this.obey(options.signal);
  }

  /** A fresh runtime. Never throws: what goes wrong fails the process. */
  static fresh(options: FreshStartOptions): ManagedProcess {
    const process = new ManagedProcess(options);
    process.#startFresh([]);
    return process;
  }

  get pid(): number | undefined {
    return this.#handle?.pid;
  }

  /** The name of its state, for people. */
  get stateName(): string {
    return nameOf(this.#state);
  }

  get detached(): boolean {
    return this.options.detached ?? false;
  }

  get status(): ExitStatus | undefined {
    return this.#status;
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  /** False from the end of the channel on, which comes before it is known how the process ended. */
  get isOpen(): boolean {
    return isListening(this.#state);
  }

  get channel(): Channel | undefined {
    return this.#channel;
  }

  get handle(): ProcessHandle | undefined {
    return this.#handle;
  }

  get pipes(): PipeEnds {
    return this.options.stdio?.ends ?? NO_PIPES;
  }

  /** As far as anyone knows: the process takes commands, and its channel has not ended. */
  get isAlive(): boolean {
    return this.#usedBy === undefined && this.#failure === undefined && takesCommands(this.#state);
  }

  /** The process is as it would be if it was asked for now. */
  isAsNow(now: Rights): boolean {
    if (now === this.rights) return true;
    return this.isOurs(now) && changeFor(this.#keeps, this.rights, now) === undefined;
  }

  /** The user and groups of the process are those of this program now. */
  isOurs(now: Rights = currentRights()): boolean {
    return this.rights.credentials === now.credentials;
  }

  /** Why the process takes no more commands. */
  get over(): Error | undefined {
    if (this.#failure === undefined && isOver(this.#state)) this.#failure = diedError(this.pid, this.#exitStatus());
    return this.#failure ?? this.#useError();
  }

  /** A fork of this process as it is now; what is sent later does not reach the fork. */
  fork(options: StartOptions = { title: titleOf("process") }, rights?: Rights): ManagedProcess {
    this.assertUsable();
    return this.forkServing(options, rights);
  }

  /** The same when the process serves rpc. What it runs is not in the fork: it should have nothing to do. */
  forkServing(options: StartOptions, rights?: Rights): ManagedProcess {
    // A fork of a process that can be forked is never a fresh runtime.
    const own = this.strategy === FORK ? { ...options } : freshOptions(this.options, options);
    const fork = new ManagedProcess(own, rights);
    if (this.#waiting.length === 0 && this.#reached() >= Need.Strategy) fork.#startFrom(this, options);
    else {
      this.hold();
      this.#when(Need.Strategy, () => {
        fork.#startFrom(this, options);
        this.release();
      });
    }
    return fork;
  }

  #startFrom(source: ManagedProcess, options: StartOptions): void {
    if (this.#failure !== undefined) return;
    const failure = source.#failure;
    if (failure !== undefined) return this.startFailed(failure);
    try {
      if (source.strategy === FORK) {
        this.#forkFrom(source, options);
        return this.#setStrategy(FORK);
      }
      this.log.inheritStdio(source.log);
      this.#startFresh(source.log.copy(), source.strategy);
    } catch (error) {
      this.startFailed(error as Error);
    }
  }

  /** @throws ForkError ERR_FORK_RIGHTS when a fork would have the rights of another user */
  #forkFrom(source: ManagedProcess, options: StartOptions): void {
    if (source.rights.credentials !== this.rights.credentials) throw rightsError(source.pid);
    const change = changeFor(source.#keeps, source.rights, this.rights);
    this.#keeps = { directory: source.#keeps.directory || this.#keeps.directory, priority: source.#keeps.priority };
    startByFork(this, source, options, change);
  }

  /** @param steps what was told to the process that this one shall be like; this process's from now on */
  #startFresh(steps: Step[], like?: Strategy): void {
    // Before what was told to this one.
    this.#waiting.unshift(...steps.map((step) => ({ need: Need.Channel, act: () => this.#send(step) })));
    if (this.#failure !== undefined) return this.#proceed();
    try {
      startByExec(this, like?.name === "exec" ? like.reason : undefined);
    } catch (error) {
      return this.startFailed(error as Error);
    }
    const { runtime } = this.#origin;
    if (runtime?.unforkable !== undefined) this.#setStrategy(strategyOf(runtime.unforkable));
  }

  /** @param channel the process's from now on */
  connect(channel: Channel, origin: Origin): void {
    this.#channel = channel;
    this.#origin = origin;
    this.#socket.stream = origin.socket;
    this.#feed(Event.Connect);
  }

  /** The pid of a fresh runtime is known. @param handle the process's from now on */
  executed(handle: ProcessHandle): void {
    this.#handle = handle;
    this.#feed(Event.Execute);
  }

  /** The pid of a fork is known. @param handle the process's from now on */
  started(handle: ProcessHandle): void {
    this.#handle = handle;
    this.#feed(Event.Start);
  }

  startFailed(error: Error): void {
    this.#feed(Event.StartFail, error);
  }

  /** @param taken what another program has told the process, now this one's, and why it can't be forked; or what went wrong */
  inherit(taken: { steps: Step[]; unforkable: string | undefined } | Error): void {
    if (taken instanceof Error) return this.stop(taken);
    this.log.precede(taken.steps);
    this.#setStrategy(strategyOf(taken.unforkable));
  }

  /** Aborting ends the process, whatever it does. There may be more than one signal. */
  obey(signal: AbortSignal): void {
    this.options.signal = signal;
    if (this.#state.kernel === Kernel.Ended) return;
    this.#bonds ??= [];
    this.#bonds.push(onAbort(signal, () => this.#aborted(signal)));
  }

  #aborted(signal: AbortSignal): void {
    if (this.#status !== undefined) return;
    const error = abortError(signal);
    this.#feed(Event.Kill, error);
    this.events.aborted?.(error);
  }

  /**
   * That the process has failed is no reason to throw: ready() and run() tell of it.
   * @throws ForkError ERR_FORK_USED, ERR_FORK_CLOSED
   */
  assertUsable(): void {
    if (this.#usedBy !== undefined) throw this.#useError() as ForkError;
  }

  /** Made when it is needed: an error with its stack is dear, and hardly ever asked for. */
  #useError(): ForkError | undefined {
    if (this.#usedBy === undefined) return undefined;
    return this.#usedBy === "close"
      ? new ForkError("ERR_FORK_CLOSED", "this process object was closed")
      : new ForkError("ERR_FORK_USED", `this process object was given to ${this.#usedBy}() already`);
  }

  /** Sends a command that is answered by failure alone. @param step the process's from now on */
  tell(step: Step): void {
    this.#isUnsynced = true;
    this.#when(Need.Channel, () => this.#send(step));
  }

  #send(step: Step): void {
    if (this.#failure !== undefined) return closeSteps([step]);
    try {
      this.log.add(step);
    } catch (error) {
      closeSteps([step]);
      return this.#feed(Event.Fail, error as Error);
    }
    const { type, handles } = step;
    const fds = handles.map(({ fd }) => fd);
    this.post(type, wireValues(step), fds);
  }

  /** Resolves when all that was sent has succeeded; rejects with what went wrong. */
  async ready(): Promise<void> {
    this.assertUsable();
    this.#isObserved = true;
    this.#isUnsynced = false;
    await new Promise<void>((resolve, reject) => {
      const answered = () => this.whenStarted((failure) => (failure === undefined ? resolve() : reject(failure)));
      this.#when(Need.Channel, () => this.request(MessageType.Sync, [], [], { answered, failed: reject }));
    });
  }

  /**
   * While there is time: what run() would have to make. Nobody waits for this process, so nobody is told when it fails.
   * @param lives called once, if the process starts
   */
  prepareRun(lives: () => void): void {
    this.#isObserved = true;
    const prepare = () => {
      if (this.#failure !== undefined) return;
      if (this.#usedBy === undefined && this.#channel !== undefined) this.#socket.prepare(this);
      this.whenStarted((failure) => failure === undefined && lives());
    };
    if (this.strategy === FORK) return prepare();
    // A fresh runtime takes its time: nothing is to be made beside it.
    this.ready().then(prepare, () => {});
  }

  /** A process that was made ahead of need has an owner from now on, who is to learn of its failures. */
  assign(): void {
    this.#isObserved = false;
  }

  /**
   * Enters the function. The process object is used up by it, whatever comes of it.
   * @returns this program's end of the worker's socket; the process is held for the receiver
   */
  run(plan: RunPlan): Promise<SocketEnd> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        this.title = plan.title;
        try {
          this.#socket.enter(this, plan, resolve, reject);
        } catch (error) {
          this.stop(error as Error);
          reject(error);
        }
      };
      this.use("run", enter, reject);
    });
  }

  /** The function was entered. The process is held for the one who asked. */
  entered(): void {
    this.hold();
    this.#feed(Event.Enter);
  }

  /**
   * Takes the process for a last command. The process object is used up by it, whatever comes of it.
   * @param failed called instead of `act` when nothing can be asked of the process any more
   * @throws ForkError ERR_FORK_USED, ERR_FORK_CLOSED; neither is called then
   */
  use(command: string, act: () => void, failed: (error: Error) => void): void {
    this.assertUsable();
    this.#isObserved = true;
    this.#usedBy = command;
    if (command !== "run") this.#socket.close();
    this.#when(Need.Channel, () => {
      if (this.#failure !== undefined) return failed(this.#failure);
      this.type = "worker";
      this.#feed(Event.Use);
      act();
    });
  }

  /**
   * Gives the process to another program. The process object is used up by it, unless `give` throws.
   * @param give calls given()
   */
  async giveAway(give: () => void): Promise<void> {
    const ready = this.ready();
    this.#usedBy = "toHandle";
    await ready.catch((error) => {
      this.stop(error);
      throw error;
    });
    if (this.#failure !== undefined) throw this.#failure;
    try {
      give();
    } catch (error) {
      this.#usedBy = undefined;
      throw error;
    }
  }

  /**
   * The process is another program's from now on.
   * @param channel leads there, and tells of the ends of children; the process's from now on, instead of the one that it had
   * @returns what the process was told, the caller's
   */
  given(channel: Channel): readonly Step[] {
    const { steps } = this.log;
    this.log.release();
    this.#channel = channel;
    channel.setReferenced(false);
    this.#keepAlive.moveTo(channel);
    this.#feed(Event.Give);
    return steps;
  }

  /** The process ends, unless it was given a function. Forks that were asked for before still start. */
  close(): void {
    if (this.#usedBy !== undefined) return;
    this.#usedBy = "close";
    const failure = this.#failure;
    if (failure !== undefined && !this.#isObserved && !told.has(failure)) process.emitWarning(failure);
    const reason = this.#useError();
    if (this.#waiting.some(({ need }) => need === Need.Strategy)) this.#when(Need.Turn, () => this.stop(reason));
    else this.stop(reason);
  }

  /** A process that runs no function ends, with its last child: forks and programs under way count as children. */
  stop(reason: Error = closedError()): void {
    this.#feed(Event.Close, reason);
  }

  /** The process ends at once, whatever it does and however far it has come, also when it was given a function. */
  abort(reason: Error): void {
    this.#usedBy ??= "close";
    this.#feed(Event.Kill, reason);
  }

  /** The object that people held is gone: what the process was told is still done. */
  drop(): void {
    if (this.#usedBy !== undefined) return;
    if (!this.#isUnsynced) return this.close();
    this.ready().then(
      () => this.close(),
      () => this.close(),
    );
    this.#isObserved = false;
  }

  /** @returns false when the process has ended or never started, or when the kernel refuses: it is another user's */
  kill(signal: NodeJS.Signals | number): boolean {
    if (this.#status !== undefined || this.#handle === undefined) return false;
    try {
      return this.#handle.kill(signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EPERM") return false;
      throw error;
    }
  }

  /** Keeps this program's event loop alive until release(), or until the process has ended. */
  hold(): void {
    this.#keepAlive.hold();
  }

  release(): void {
    this.#keepAlive.release();
  }

  /** The exit's news come from the kernel, or from the one that started the process. */
  setReferenced(referenced: boolean): void {
    this.#handle?.setReferenced(referenced);
    if (referenced) this.#origin.source?.hold();
    else this.#origin.source?.release();
  }

  /** Sends what is answered by failure alone. */
  post(type: MessageType, values: readonly Outgoing[], handles: readonly number[] = []): void {
    this.#channel?.send(type, this.#requests.newId(), values, handles);
  }

  /** Sends what is answered. The reply is told before any later message is looked at. */
  request(type: MessageType, values: readonly Outgoing[], handles: readonly number[], reply: Reply): void {
    const failure = isOver(this.#state) ? this.over : this.#failure;
    if (failure !== undefined) {
      this.#channel?.discard(handles);
      return reply.failed(failure);
    }
    const id = this.#requests.newId();
    this.#requests.add(id, type, reply);
    this.hold();
    this.#channel?.send(type, id, values, handles);
    if (!this.isOpen) this.#awaitExit();
  }

  /** Calls back when the pid is known, or never will be: a child may answer before its template tells of it. */
  whenStarted(callback: (failure: Error | undefined) => void): void {
    if (this.#handle !== undefined || this.#failure !== undefined) callback(this.#failure);
    else this.#startWaiters.push(callback);
  }

  message(message: Message): void {
    try {
      receive(message, this);
    } catch (error) {
      this.#channel?.discard(message.handles);
      this.end(error as Error);
    }
  }

  hello({ protocol, unforkable }: Hello): void {
    const { runtime } = this.#origin;
    if (runtime === undefined) return;
    if (protocol !== PROTOCOL_VERSION)
      return this.end(new Error(`it speaks version ${protocol} of the protocol, this is ${PROTOCOL_VERSION}`));
    this.#origin.runtime = undefined;
    this.#feed(Event.Hello);
    if (unforkable === undefined) notePass(runtime);
    this.#setStrategy(strategyOf(unforkable));
  }

  answer(message: Message): boolean {
    return this.#requests.answer(message);
  }

  /** Told once the pid is known, which the error names. */
  failed(id: number, failure: Failure): void {
    this.#lastWords = "failure";
    this.whenStarted(() => {
      const error = errorOfFailure(failure, this.pid);
      if (this.#requests.failAlone(id, error)) this.#lastWords = undefined;
      else this.#feed(Event.Fail, error);
    });
  }

  leaving(code: number): void {
    this.#lastWords = code;
  }

  childEnded(report: ExitReport): void {
    const child = this.#children.take(report.pid);
    if (child === undefined) this.events.strangerEnded?.(report);
    else child.ended(statusOfReport(report));
  }

  /** The channel has ended. */
  end(error?: Error): void {
    if (error === undefined) this.#feed(Event.ChannelEnd);
    else this.#feed(Event.Lose, brokenError(this.pid, error));
  }

  /** The process has started another: `child` learns of the end of that. */
  adopt(pid: number, child: Child): void {
    this.#children.add(pid, child);
    if (isOver(this.#state)) this.#children.orphan();
  }

  ended(status: ExitStatus): void {
    this.#feed(Event.Exit, status);
  }

  orphaned(): void {
    this.#feed(Event.SourceGone);
  }

  /** In a fork of this program: nothing is said to the process, and nobody here is told. */
  disown(): void {
    this.#failure = foreignError();
    this.#status = UNKNOWN_STATUS;
    this.#feed(Event.Disown);
  }

  #setStrategy(strategy: NonNullable<Strategy>): void {
    this.strategy = strategy;
    if (strategy === FORK) this.log.forget();
    this.#proceed();
  }

  /** Acts now if the process has come so far and nothing else waits, else in its turn. */
  #when(need: Need, act: () => void): void {
    if (this.#waiting.length === 0 && this.#reached() >= need) act();
    else this.#waiting.push({ need, act });
  }

  #reached(): Need {
    if (this.strategy !== undefined || this.#failure !== undefined) return Need.Strategy;
    return this.#state.line === Line.Waiting ? Need.Turn : Need.Channel;
  }

  #proceed(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (first.need > this.#reached()) return;
      this.#waiting.shift();
      first.act();
    }
  }

  /** Events that effects bring about are dealt with after them. */
  #feed(event: Event, reason?: Error | ExitStatus): void {
    if (this.#nested !== undefined) {
      this.#nested.push([event, reason]);
      return;
    }
    this.#nested = [];
    this.#go(event, reason);
    for (let first = this.#nested.shift(); first !== undefined; first = this.#nested.shift()) this.#go(...first);
    this.#nested = undefined;
    this.#proceed();
  }

  #go(event: Event, reason: Error | ExitStatus | undefined): void {
    if (reason instanceof Error) this.#fail(reason);
    else if (reason !== undefined) this.#status ??= reason;
    const kept = KEPT.get(event) ?? NONE;
    const { to, effects } = next(this.#state, event, this.#children.size > 0 || this.#requests.includes(kept));
    if (isLogging) logLine(`process ${nameOfPid(this.pid)}: ${describeChange(this.#state, event, to)}`);
    this.#state = to;
    for (const effect of effects) this.#carryOut(effect);
  }

  /** @returns the first failure: what all who wait are told */
  #fail(error: Error): Error {
    if (this.#failure === undefined) {
      const { code } = error as Partial<ForkError>;
      const isUnclear = code === "ERR_FORK_DIED" || code === "ERR_FORK_PROTOCOL";
      const { runtime } = this.#origin;
      this.#failure = runtime !== undefined && isUnclear ? runtimeError(runtime, error) : error;
    }
    if (this.#isObserved) told.add(this.#failure);
    return this.#failure;
  }

  /** What those are told who wait for a process that has ended. */
  #loss(): Error {
    return this.#failure ?? this.#fail(diedError(this.pid, this.#exitStatus()));
  }

  /** Where nobody has told how the process ended, its own last words do. */
  #exitStatus(): ExitStatus {
    const code = typeof this.#lastWords === "number" ? this.#lastWords : null;
    return this.#status ?? { code, signal: null };
  }

  #carryOut(effect: Effect): void {
    switch (effect) {
      case Effect.Listen:
        return this.#listen(this.#channel as Channel);
      case Effect.Enlist:
        return enlist(this);
      case Effect.Strike:
        return strike(this);
      case Effect.WatchExit:
        return this.#watchExit(this.#handle as ProcessHandle);
      case Effect.WatchOrphan:
        return this.#handle?.watch(() => this.#feed(Event.OrphanEnd));
      case Effect.TellStarted:
        for (const callback of this.#startWaiters.splice(0))
          callback(this.pid === undefined ? this.#loss() : this.#failure);
        return;
      case Effect.Kill:
        this.kill("SIGKILL");
        return;
      case Effect.ExpectEnd:
        return this.#handle?.expectEnd?.();
      case Effect.ForgetLog:
        return this.log.forget();
      case Effect.CloseSocket:
        return this.#socket.close();
      case Effect.FailRequests:
        return this.#failRequests(NONE);
      case Effect.FailCommands:
        return this.#failRequests(HARMLESS);
      case Effect.FailAllButSpawns:
        return this.#failRequests(UNFAILING);
      case Effect.CompleteEnding:
        if (this.#lastWords === undefined) this.#requests.completeEnding();
        return;
      case Effect.SendDrain:
        return this.#channel?.send(MessageType.Retire, 0);
      case Effect.CloseChannel:
        return this.#closeChannel();
      case Effect.AwaitExit:
        if (this.#requests.size > 0 || this.#state.line === Line.Ending) this.#awaitExit();
        return;
      case Effect.StopTimer:
        return clearTimeout(this.#timer);
      case Effect.TellFailed:
        return this.#tellFailed(this.#loss());
      case Effect.SettleExit:
        this.#status ??= this.#exitStatus();
        return this.#settleExit(this.#status);
      case Effect.CloseHandle:
        return this.#handle?.close();
      case Effect.Disobey:
        for (const end of this.#bonds?.splice(0) ?? []) end();
        return;
      case Effect.FinishStreams:
        return this.options.stdio?.finish();
      case Effect.AbandonStreams:
        return this.options.stdio?.abandon();
      case Effect.DropRequests:
        this.#requests.drop();
        return this.#children.drop();
      case Effect.Over:
        removeForkHook(this);
        this.#children.orphan();
        return this.events.over?.();
    }
  }

  #listen(channel: Channel): void {
    addForkHook(this);
    channel.setReferenced(false);
    this.#keepAlive.moveTo(channel);
    const { runtime } = this.#origin;
    if (runtime === undefined) return;
    // A person at a debugger takes all the time of the world.
    const { startTimeoutMs = runtime.prefix.length === 0 ? START_TIMEOUT_MS : undefined } = this.options;
    if (startTimeoutMs === undefined) return;
    this.#startTimer(startTimeoutMs, () => this.end(new Error(`it said nothing for ${startTimeoutMs} ms`)));
  }

  #watchExit(handle: ProcessHandle): void {
    handle.setReferenced(!this.isOpen && this.#keepAlive.isHeld);
    const { source } = this.#origin;
    if (source === undefined) handle.watch((status) => this.#feed(Event.Exit, status));
    else source.adopt(handle.pid, this);
  }

  #closeChannel(): void {
    clearTimeout(this.#timer);
    this.#keepAlive.moveTo(this);
    this.#channel?.close();
    this.events.answered?.();
  }

  #failRequests(kept: ReadonlySet<MessageType>): void {
    if (this.#requests.size > 0) this.#requests.fail(this.#loss(), kept);
  }

  #awaitExit(): void {
    if (this.#state.line !== Line.Ending && this.#state.line !== Line.Leaving) return;
    this.#startTimer(EXIT_NEWS_TIMEOUT_MS, () => this.#feed(Event.Lose, diedError(this.pid, UNKNOWN_STATUS)));
    if (this.#requests.size > 0) this.#timer?.ref();
  }

  #startTimer(ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms).unref();
  }

  /** Not in this turn: a constructor may be the one that fails the process. */
  #tellFailed(error: Error): void {
    setImmediate(() => this.events.failed?.(error));
  }
}
