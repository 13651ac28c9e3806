/**
 * What a process object stands for: the commands that it may be given, and when. Knows nothing of the object, so that
 * dropping the object can end the process.
 */
import { MessageType, type Value } from "../../helper/protocol/message.cjs";
import type { RunPlan } from "../../helper/protocol/plans.cjs";
import { ForkError } from "../base/errors.js";
import { currentRights } from "../base/rights.js";
import type { Connection } from "../connection/connection.js";
import type { SentHandle } from "../handles/handles.js";
import { NO_PIPES, type PipeEnds } from "../handles/stdio.js";
import type { Entered } from "./enter-function.js";
import { type BirthOptions, type ExecOptions, type Strategy, titleOf } from "./options.js";
import { ProcessLife } from "./process-life.js";
import { Stage } from "./stages.js";
import type { Step, StepType } from "./steps.js";

/** A process on its way to another program. */
export interface GivenProcess {
  connection: Connection;
  options: ExecOptions;
  strategy: Strategy;
  steps: Step[];
}

/** Kept as what happened: an error with its stack is dear, and hardly ever asked for. */
type Unusable = "closed" | { usedBy: string };

const USED_BY_RUN: Unusable = { usedBy: "run" };

function errorOfUse(why: Unusable): ForkError {
  return why === "closed"
    ? new ForkError("ERR_FORK_CLOSED", "this process object was closed")
    : new ForkError("ERR_FORK_USED", `this process object was given to ${why.usedBy}() already`);
}

export class ProcessCore {
  readonly #life: ProcessLife;
  /** Why the object takes no more commands. */
  #unusable: Unusable | undefined;
  #unsynced = false;

  private constructor(options: ExecOptions) {
    this.#life = new ProcessLife(options);
  }

  /** A fresh runtime. Never throws: what goes wrong fails the process. */
  static exec(options: ExecOptions): ProcessCore {
    const core = new ProcessCore(options);
    core.#life.exec([]);
    return core;
  }

  /**
   * A process that another program has given to this one.
   * @param reason why it can't be forked; inherit() has to follow then
   */
  static adopt(connection: Connection, options: ExecOptions, reason: string | undefined): ProcessCore {
    const core = new ProcessCore(options);
    core.#life.adopt(connection, reason);
    return core;
  }

  /** @param steps what it was told before, now the process's; or why nobody can tell any more */
  inherit(steps: Step[] | ForkError): void {
    if (steps instanceof ForkError) this.#life.end(steps);
    else this.#life.inherit(steps);
  }

  /** A fork of this process as it is now; what is sent later does not reach it. */
  fork(options: BirthOptions = { title: titleOf("process") }): ProcessCore {
    this.assertUsable();
    return this.forkServing(options);
  }

  /** The same when it serves rpc. What it runs is not in the fork: it should have nothing to do. */
  forkServing(options: BirthOptions): ProcessCore {
    const life = this.#life;
    // A fork of a process that can be forked is never a fresh runtime.
    const core = new ProcessCore(
      life.strategy?.name === "fork" ? { ...options } : runtimeOptions(life.options, options),
    );
    if (life.stages.isReached(Stage.Known)) {
      core.#life.forkFrom(life, options);
      return core;
    }
    const { connection } = life;
    connection?.hold();
    life.stages.at(Stage.Known, () => {
      core.#life.forkFrom(life, options);
      connection?.release();
    });
    return core;
  }

  /** Called once when the process fails or dies by itself, before `run`. */
  set onFailed(told: (error: Error) => void) {
    this.#life.onFailed = told;
  }

  /** Called once when a signal has ended the process, also after `run`. */
  set onAborted(told: (error: Error) => void) {
    this.#life.onAborted = told;
  }

  /** Called whenever the process has answered something, or can't any more. */
  set onAnswered(told: (() => void) | undefined) {
    if (this.connection !== undefined) this.connection.events.answered = told;
  }

  get pid(): number | undefined {
    return this.#life.pid;
  }

  get signal(): AbortSignal | undefined {
    return this.#life.options.signal;
  }

  get strategy(): Strategy {
    return this.#life.strategy;
  }

  get connection(): Connection | undefined {
    return this.#life.connection;
  }

  /** As far as anyone knows: it takes commands, and its channel has not ended. */
  get isAlive(): boolean {
    return this.#unusable === undefined && this.#life.isAlive;
  }

  /** Whether it has what this program has now: user, groups, umask, and so on. */
  get isAsNow(): boolean {
    return this.#life.isAsNow();
  }

  /** Whether its user and groups are those of this program now. */
  get isOurs(): boolean {
    return this.#life.rights.credentials === currentRights().credentials;
  }

  /** Why it takes no more commands. */
  get over(): Error | undefined {
    return this.#life.failure ?? (this.#unusable ? errorOfUse(this.#unusable) : this.#life.abandonment);
  }

  get pipes(): PipeEnds {
    return this.#life.options.stdio?.ends ?? NO_PIPES;
  }

  /** Aborting ends the process, whatever it does. It may have to obey more than one. */
  obey(signal: AbortSignal): void {
    this.#life.obey(signal);
  }

  /**
   * That the process has failed is no reason to throw: ready() and run() tell of it.
   * @throws ForkError ERR_FORK_USED, ERR_FORK_CLOSED
   */
  assertUsable(): void {
    if (this.#unusable !== undefined) throw errorOfUse(this.#unusable);
  }

  step(type: StepType, values: readonly Value[], handles: readonly SentHandle[] = []): void {
    this.#unsynced = true;
    this.#life.stages.at(Stage.Connected, () => this.#life.send({ type, values, handles }));
  }

  async ready(): Promise<void> {
    this.assertUsable();
    const life = this.#life;
    life.observed = true;
    this.#unsynced = false;
    await new Promise<void>((resolve, reject) => {
      life.stages.at(Stage.Connected, () => {
        const { connection } = life;
        const fail = (error?: Error) => reject(life.failure ?? life.abortion ?? error ?? connection?.failure);
        if (life.failure !== undefined) return fail();
        connection?.request(MessageType.Sync, [], [], {
          answered: () => connection.onBirth(() => (connection.pid === undefined ? fail() : resolve())),
          failed: fail,
        });
      });
    });
  }

  /**
   * While there is time: what run() would have to make. Nobody waits for this process, so nobody is told when it fails.
   * @param lives called once, if it comes to life
   */
  prepareRun(lives: () => void): void {
    const life = this.#life;
    life.observed = true;
    if (life.strategy?.name === "fork") return life.prepare(lives);
    // A fresh runtime takes its time: nothing is to be made beside it.
    this.ready().then(
      () => life.prepare(lives),
      () => {},
    );
  }

  /** A process that was made ahead of need has an owner from now on, who is to learn of its failures. */
  assign(): void {
    this.#life.observed = false;
  }

  /** Enters the function. The process object is used up by it, whatever comes of it. */
  run(plan: RunPlan): Promise<Entered> {
    return new Promise((resolve, reject) => {
      const enter = (connection: Connection) =>
        this.#life.enter(connection, plan, (end) => resolve({ connection, end }), reject);
      this.take("run", enter, reject);
    });
  }

  /** Of what runs, nothing but the id is needed here any more, unless a signal may end it. */
  letGo(): void {
    this.#life.letGo();
  }

  /**
   * Uses the connection for a last command. The process object is used up by it, whatever comes of it.
   * @param failed called instead of `use` when there is no connection to be used any more
   * @throws ForkError ERR_FORK_USED, ERR_FORK_CLOSED; neither is called then
   */
  take(command: string, use: (connection: Connection) => void, failed: (error: Error) => void): void {
    if (this.#unusable !== undefined) throw errorOfUse(this.#unusable);
    const life = this.#life;
    life.observed = true;
    this.#unusable = command === "run" ? USED_BY_RUN : { usedBy: command };
    if (command !== "run") life.entrance.close();
    life.stages.at(Stage.Connected, () => {
      if (life.failure !== undefined) return failed(life.failure);
      const connection = life.handOn();
      connection.type = "worker";
      use(connection);
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
      this.#life.end(error);
      throw error;
    });
    const { failure, options, strategy, repeatable } = this.#life;
    if (failure !== undefined) throw failure;
    try {
      const { steps } = repeatable;
      const given = give({ connection: this.connection as Connection, options, strategy, steps });
      this.#life.giveUp();
      return given;
    } catch (error) {
      this.#unusable = undefined;
      throw error;
    }
  }

  /** The process ends, unless it was given a function. Forks that were asked for before still come to life. */
  close(): void {
    if (this.#unusable !== undefined) return;
    this.#unusable = "closed";
    const reason = errorOfUse(this.#unusable);
    const { stages, untoldFailure } = this.#life;
    if (untoldFailure !== undefined) process.emitWarning(untoldFailure);
    if (stages.isAwaited(Stage.Known)) stages.at(Stage.Unborn, () => this.#life.end(reason));
    else this.#life.end(reason);
  }

  /** The process ends at once, whatever it does and however far it has come, also when it was given a function. */
  kill(reason: Error): void {
    this.#unusable ??= "closed";
    this.#life.kill(reason);
  }

  /** The object is gone: what it was told is still done. */
  drop(): void {
    if (this.#unusable !== undefined) return;
    if (!this.#unsynced) return this.close();
    this.ready().then(
      () => this.close(),
      () => this.close(),
    );
    this.#life.observed = false;
  }
}

/** All that a fresh runtime has to be given to be a fork of such a process. */
function runtimeOptions(own: ExecOptions, options: BirthOptions): ExecOptions {
  const { strategy, startTimeoutMs, runtime, execArgv, program, priority, cwd, env } = own;
  return {
    ...{ strategy, startTimeoutMs, runtime, execArgv, program, priority },
    ...options,
    cwd: options.cwd ?? cwd,
    env: options.env ?? env,
  };
}
