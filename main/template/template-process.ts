/** What stands behind a template: a process that is started again on the next use after it has died. */

import { MessageType } from "../../helper/protocol/message.cjs";
import { processContext } from "../../helper/protocol/process-context.cjs";
import type { DirectoryIdentity } from "../../native/addon/addon.cjs";
import { tryAddon } from "../base/addon.js";
import { variable } from "../base/environment.js";
import { ForkError } from "../base/errors.js";
import { currentRights, type Rights } from "../base/rights.js";
import type { ExitStatus } from "../connection/exit-status.js";
import { type StandardStreams, Stdio } from "../handles/stdio.js";
import { ManagedProcess } from "../lifecycle/managed-process.js";
import { FORK, type FreshStartOptions, type StartOptions, titleOf } from "../lifecycle/options.js";
import { Spares } from "./spares.js";

export interface TemplateProcessOptions extends Omit<FreshStartOptions, "title" | "signal" | "detached"> {
  name: string;
  modules: readonly string[];
  /** Tells the path of the file that module names count from. Called once, by the constructor, when the process has begun to boot. */
  findFrom: () => string;
  /** Processes to have ready. Default: 1 where forks work, else 0. */
  spares?: number | undefined;
  /** Of forks that ask for none of their own. Default: the template's. */
  forkStdio?: StandardStreams | undefined;
}

export interface TemplateDeath extends ExitStatus {
  pid: number | undefined;
  /** What it failed with. */
  error: Error;
}

/** Files of the library's own that workers will need: what the template has loaded, no worker has to. */
const preloads = new Set<string>();

/** @returns false when all templates that start have it anyway */
export function addPreload(file: string): boolean {
  if (preloads.has(file)) return false;
  preloads.add(file);
  return true;
}

export class TemplateProcess {
  onDied: (death: TemplateDeath) => void = () => {};
  readonly #options: TemplateProcessOptions;
  readonly #spares: Spares;
  #process: ManagedProcess | undefined;
  #directory: DirectoryIdentity | undefined;
  #from: string | undefined;
  #closed = false;

  constructor(options: TemplateProcessOptions) {
    if (processContext()?.becomeTemplate !== undefined)
      throw new ForkError(
        "ERR_FORK_UNSUPPORTED",
        "this process is to become a template, and has not come to Template.ofProgram() yet: call that first",
      );
    this.#options = options;
    this.#spares = new Spares(
      () => (this.#closed ? 0 : (options.spares ?? this.#defaultSpares())),
      () => this.#forkSpare(),
    );
    this.#start();
  }

  /** As it is now: dead or alive, or not there. */
  get process(): ManagedProcess | undefined {
    return this.#process;
  }

  /** The working directory of its process, where that is the one that this program had when it started it. */
  get directory(): DirectoryIdentity | undefined {
    return this.#directory;
  }

  /**
   * Resolves when the process has done all it was told; rejects with what went wrong.
   * @throws ForkError ERR_FORK_CLOSED
   */
  async ready(): Promise<void> {
    await this.live().ready();
    this.#spares.refill();
  }

  /**
   * A new process like this one.
   * @throws ForkError ERR_FORK_CLOSED
   */
  fork(options?: StartOptions): ManagedProcess {
    // Asked for once: a look at the kernel is dear after a rest.
    const now = currentRights();
    const live = this.live(now);
    const spare = options === undefined || isOrdinary(options) ? this.#spares.take(now) : undefined;
    if (spare === undefined) {
      this.#spares.refill();
      return this.#forkNow(live, now, options);
    }
    if (options?.signal !== undefined) spare.obey(options.signal);
    return spare;
  }

  #forkSpare(): ManagedProcess {
    const now = currentRights();
    return this.#forkNow(this.live(now), now, { title: titleOf("process"), spare: true });
  }

  #forkNow(live: ManagedProcess, now: Rights, options: StartOptions = { title: titleOf("process") }): ManagedProcess {
    const { forkStdio } = this.#options;
    if (forkStdio === undefined || options.stdio !== undefined) return live.fork(options, now);
    const stdio = Stdio.take(forkStdio);
    try {
      return live.fork({ ...options, stdio }, now);
    } catch (error) {
      stdio?.close();
      stdio?.abandon();
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    this.#spares.clear();
    this.#process?.close();
  }

  /**
   * Its process, alive as far as anyone knows.
   * @throws ForkError ERR_FORK_CLOSED
   */
  live(now: Rights = currentRights()): ManagedProcess {
    if (this.#closed) throw new ForkError("ERR_FORK_CLOSED", `the template '${this.#options.name}' was closed`);
    const process = this.#process;
    if (process?.isAlive && process.isOurs(now)) return process;
    // Of another user: the process ends with the forks that it has.
    if (process?.isAlive) process.close();
    return this.#start();
  }

  #defaultSpares(): number {
    const asked = Number(variable("DESKTOP_FORK_SPARES") ?? 1);
    return this.#process?.strategy === FORK ? asked : 0;
  }

  #start(): ManagedProcess {
    const { name, modules, findFrom, spares: _, forkStdio: __, ...options } = this.#options;
    // A spare of a dead template could not say how it ended.
    this.#spares.clear();
    this.#directory = options.cwd === undefined ? identifyDirectory() : undefined;
    const core = ManagedProcess.fresh({ ...options, type: "template", title: titleOf(`template ${name}`) });
    this.#process = core;
    core.events.failed = (error) => void this.#died(core, error);
    this.#from ??= findFrom();
    const all = [...preloads, ...modules];
    if (all.length > 0 && core.over === undefined)
      core.tell({ type: MessageType.Require, values: [this.#from, ...all], handles: [] });
    return core;
  }

  /** Loads a file of the library's own into the process that runs now. */
  preload(file: string): void {
    if (this.#process?.over !== undefined) return;
    this.#process?.tell({ type: MessageType.Require, values: [this.#from as string, file], handles: [] });
    this.#spares.clear(); // they have not got it
  }

  async #died(core: ManagedProcess, error: Error): Promise<void> {
    if (core === this.#process) this.#spares.clear();
    const status = await core.exited;
    this.onDied({ pid: core.pid, error, ...status });
  }
}

/** Any other process like this would do as well. */
function isOrdinary({ title, cwd, env, detached, stdio, signal }: StartOptions): boolean {
  if (title !== titleOf("process") || detached || signal?.aborted) return false;
  return cwd === undefined && env === undefined && stdio === undefined;
}

function identifyDirectory(): DirectoryIdentity | undefined {
  const addon = tryAddon();
  return addon instanceof Error ? undefined : addon.identifyDirectory();
}
