/** One process from when it is asked for until it is over: how it comes to life, is told things, fails, and is ended. */
import type net from "node:net";
import type { RunPlan } from "../../helper/protocol/plans.cjs";
import { abortError } from "../base/errors.js";
import { type Change, currentRights } from "../base/rights.js";
import type { Connection } from "../connection/connection.js";
import { assertMayStart } from "../connection/registry.js";
import { Entrance } from "./enter-function.js";
import { type BirthOptions, type ExecOptions, type Strategy, strategyOf } from "./options.js";
import { Repeatable } from "./replay-log.js";
import { changeFor, type Keeps, rightsError } from "./rights.js";
import { Stage, Stages } from "./stages.js";
import { awaitHello, type StartedRuntime, startRuntime } from "./start-by-exec.js";
import { startFork } from "./start-by-fork.js";
import { closeSteps, type Step, wireValues } from "./steps.js";

/** Failures that somebody was told of by a rejection: of the process itself, or of a fork that failed with it. */
const told = new WeakSet<Error>();

type Failed = (error: Error) => void;

export class ProcessLife {
  /** Called once when the process fails or dies by itself, before a function is entered. */
  onFailed: (error: Error) => void = () => {};
  /** Called once when a signal has ended the process, also after that. */
  onAborted: (error: Error) => void = () => {};
  /** All that a fresh runtime has to be given to be like this process. */
  readonly options: ExecOptions;
  readonly stages = new Stages();
  readonly entrance = new Entrance();
  /** What this program had when the process was asked for. */
  readonly rights = currentRights();
  /** What was asked for by name, and does not follow this program. */
  #keeps: Keeps;
  readonly repeatable: Repeatable;
  /** Somebody waits for the process, and is told when it fails. */
  observed = false;
  #connection: Connection | undefined;
  /** Of a process that this object has let go of. */
  #pid: number | undefined;
  #strategy: Strategy;
  /** Why the process takes no more commands. */
  #failure: Error | undefined;
  /** What happens to the process from now on is for others to tell. */
  #handedOn = false;
  /** It was executed, and may be anything yet. */
  #silent = false;
  #disobey: () => void = () => {};
  /** When the process has ended, nobody obeys and its streams are finished. */
  #tidies = false;
  /** The signal that has ended it. */
  #abortedBy: AbortSignal | undefined;
  /** It is to be killed as soon as it lives. */
  #unwanted = false;

  constructor(options: ExecOptions) {
    this.options = options;
    this.#keeps = { directory: options.cwd !== undefined, priority: options.priority !== undefined };
    this.repeatable = new Repeatable(options.stdio);
    if (options.signal !== undefined) this.obey(options.signal);
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  get pid(): number | undefined {
    return this.#connection?.pid ?? this.#pid;
  }

  get strategy(): Strategy {
    return this.#strategy;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** A failure that nobody was told of. */
  get untoldFailure(): Error | undefined {
    return this.#failure === undefined || this.observed || told.has(this.#failure) ? undefined : this.#failure;
  }

  /** The process is that of another one, which this one was forked from. */
  get abandonment(): Error | undefined {
    return this.#handedOn ? undefined : this.#connection?.failure;
  }

  /** As far as anyone knows. */
  get isAlive(): boolean {
    const connection = this.#connection;
    if (this.#failure !== undefined || connection === undefined) return this.#failure === undefined;
    return this.#handedOn ? connection.isOpen : connection.isUsable;
  }

  /** When a signal has ended it: what is thrown for that. */
  get abortion(): Error | undefined {
    return this.#abortedBy && abortError(this.#abortedBy);
  }

  /** Aborting ends the process, whatever it does. It may have to obey more than one. */
  obey(signal: AbortSignal): void {
    this.options.signal = signal;
    const abort = () => this.#abort(signal);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    if (this.#connection !== undefined) this.#tidyAtEnd(this.#connection);
    const disobeyOthers = this.#disobey;
    this.#disobey = () => {
      disobeyOthers();
      signal.removeEventListener("abort", abort);
    };
  }

  /** Whether the process is as it would be if it was asked for now. */
  isAsNow(): boolean {
    const now = currentRights();
    if (now === this.rights) return true;
    return now.credentials === this.rights.credentials && changeFor(this.#keeps, this.rights, now) === undefined;
  }

  /** @param options what was asked for this very process */
  forkFrom(source: ProcessLife, options: BirthOptions): void {
    if (this.#failure !== undefined) return;
    if (source.#failure !== undefined) return this.#fail(source.#failure);
    if (source.#strategy?.name === "fork") {
      if (source.rights.credentials !== this.rights.credentials) return this.#fail(rightsError(source.pid));
      const change = changeFor(source.#keeps, source.rights, this.rights);
      this.#keeps = {
        directory: source.#keeps.directory || this.#keeps.directory,
        priority: source.#keeps.priority,
      };
      return this.#forkFrom(source.#connection as Connection, options, change);
    }
    try {
      this.repeatable.inheritStdio(source.repeatable);
      this.exec(source.repeatable.copy());
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** @param steps the process's from now on */
  exec(steps: Step[]): void {
    if (this.#failure !== undefined) return closeSteps(steps);
    let started: StartedRuntime;
    try {
      assertMayStart();
      started = startRuntime(this.options, this.repeatable.stdio);
    } catch (error) {
      closeSteps(steps);
      this.#fail(error as Error);
      return;
    }
    const { connection, socket, runtime } = started;
    this.entrance.socket = socket;
    this.#silent = true;
    this.#connect(connection);
    awaitHello(started, this.options.startTimeoutMs, (unforkable) => {
      this.#silent = false;
      this.#setStrategy(strategyOf(unforkable));
    });
    for (const step of steps) this.send(step);
    this.stages.reach(Stage.Connected);
    if (runtime.unforkable !== undefined) this.#setStrategy(strategyOf(runtime.unforkable));
  }

  /**
   * It lives already: another program has given it to this one.
   * @param reason why it can't be forked; inherit() has to follow then
   */
  adopt(connection: Connection, reason: string | undefined): void {
    this.#connect(connection);
    this.stages.reach(Stage.Connected);
    if (this.#abortedBy !== undefined) this.#abort(this.#abortedBy);
    else if (reason === undefined) this.#setStrategy(strategyOf(undefined));
    else this.#strategy = strategyOf(reason);
  }

  /** @param steps what it was told before, now the process's */
  inherit(steps: Step[]): void {
    this.repeatable.precede(steps);
    this.stages.reach(Stage.Known);
  }

  /** @param step the process's from now on */
  send(step: Step): void {
    if (this.#failure !== undefined) return closeSteps([step]);
    try {
      this.repeatable.add(step);
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

  /** @returns its connection, for a last command: it is the caller's to tell what comes of it */
  handOn(): Connection {
    this.#handedOn = true;
    this.repeatable.forget();
    return this.#connection as Connection;
  }

  /**
   * What becomes of it is for others to tell and to do: nothing but its id is kept. Process objects live until the next full
   * collection, because somebody waits for their end.
   */
  letGo(): void {
    if (this.options.signal !== undefined) return;
    this.#pid = this.#connection?.pid;
    this.#connection = undefined;
  }

  /** It is another program's now, which has its steps. */
  giveUp(): void {
    this.#handedOn = true;
    this.entrance.close();
    this.repeatable.giveUp();
    this.#disobey();
  }

  /**
   * What enter() would have to make, ahead of need.
   * @param lives called once, if the process comes to life
   */
  prepare(lives: () => void): void {
    const connection = this.#connection;
    if (connection === undefined || this.#failure !== undefined) return;
    if (!this.#handedOn) this.entrance.prepare(connection);
    connection.onBirth(() => {
      if (connection.pid !== undefined) lives();
    });
  }

  /** Enters the function. One of the callbacks is called, once. */
  enter(connection: Connection, plan: RunPlan, entered: (end: number | net.Socket) => void, failed: Failed): void {
    connection.title = plan.title;
    const fail = (error: unknown) => {
      connection.close();
      failed(this.abortion ?? (error as Error));
    };
    try {
      this.entrance.enter(connection, plan, { entered, failed: fail, failure: () => this.#failure });
    } catch (error) {
      fail(error);
    }
  }

  /** It is ended at once, whatever it does. */
  kill(reason: Error): void {
    this.#unwanted = true;
    this.#connection?.kill("SIGKILL");
    this.end(reason);
  }

  /** It is ended from here. */
  end(reason: Error): void {
    if (this.#failure === undefined) this.#over(reason);
    // What has not said hello may be nothing that ends with its channel.
    if (this.#silent) this.#connection?.kill("SIGKILL");
    this.#connection?.close();
    if (!this.#handedOn) this.#connection?.process?.expectEnd?.();
  }

  #forkFrom(source: Connection, options: BirthOptions, change: Change | undefined): void {
    try {
      assertMayStart();
      startFork(source, {
        options,
        change,
        stdio: this.repeatable.stdio,
        connect: (connection) => this.#connect(connection),
        isUnwanted: () => this.#unwanted,
      });
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.stages.reach(Stage.Connected);
    this.#setStrategy(strategyOf(undefined));
  }

  #connect(connection: Connection): void {
    this.#connection = connection;
    connection.type = this.options.type ?? "process";
    connection.title = this.options.title;
    connection.detached = this.options.detached ?? false;
    connection.events.failed = (error) => this.#fail(error);
    if (this.options.signal !== undefined || this.options.stdio !== undefined) this.#tidyAtEnd(connection);
  }

  #tidyAtEnd(connection: Connection): void {
    if (this.#tidies) return;
    this.#tidies = true;
    void connection.exited.then(() => {
      this.#disobey();
      this.options.stdio?.finish();
    });
  }

  #setStrategy(strategy: NonNullable<Strategy>): void {
    this.#strategy = strategy;
    if (strategy.name === "fork") this.repeatable.forget();
    this.stages.reach(Stage.Known);
  }

  #abort(signal: AbortSignal): void {
    if (this.#connection?.status !== undefined) return;
    this.#abortedBy ??= signal;
    const error = abortError(this.#abortedBy);
    this.kill(error);
    this.onAborted(error);
  }

  /** The process failed by itself. */
  #fail(error: Error): void {
    if (this.observed) told.add(error);
    if (this.#failure !== undefined || this.#handedOn) return;
    this.#over(error);
    // Not in this turn: a constructor may be the one that fails it.
    setImmediate(() => this.onFailed(error));
  }

  #over(reason: Error): void {
    this.#failure = reason;
    this.repeatable.forget();
    if (!this.#handedOn) this.entrance.socket?.destroy();
    this.entrance.close();
    if (this.#connection === undefined) {
      this.#disobey();
      this.options.stdio?.abandon();
    }
    this.stages.reach(Stage.Over);
  }
}
