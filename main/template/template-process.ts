/** What stands behind a template: a process that is started again on the next use after it has died. */

import { MessageType } from "../../helper/protocol/message.cjs";
import { processContext } from "../../helper/protocol/process-context.cjs";
import type { DirectoryIdentity } from "../../native/addon/addon.cjs";
import { tryAddon } from "../base/addon.js";
import { variable } from "../base/environment.js";
import { ForkError } from "../base/errors.js";
import { workingDirectory } from "../base/rights.js";
import type { ExitStatus } from "../connection/exit-status.js";
import { type StandardStreams, Stdio } from "../handles/stdio.js";
import { type BirthOptions, type ExecOptions, titleOf } from "../lifecycle/options.js";
import { ProcessCore } from "../lifecycle/process-core.js";
import { Spares } from "./spares.js";

export interface TemplateCoreOptions extends Omit<ExecOptions, "title" | "signal" | "detached"> {
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

export class TemplateCore {
  onDied: (death: TemplateDeath) => void = () => {};
  readonly #options: TemplateCoreOptions;
  readonly #spares: Spares;
  #process: ProcessCore | undefined;
  #directory: DirectoryIdentity | undefined;
  #from: string | undefined;
  #closed = false;

  constructor(options: TemplateCoreOptions) {
    if (processContext()?.becomeTemplate !== undefined)
      throw new ForkError(
        "ERR_FORK_UNSUPPORTED",
        "this process is to become a template, and has not come to Template.ofProgram() yet: call that first",
      );
    this.#options = options;
    this.#spares = new Spares(
      () => (this.#closed ? 0 : (options.spares ?? this.#defaultSpares())),
      () => this.#forkNow({ title: titleOf("process"), spare: true }),
    );
    this.#start();
  }

  /** As it is now: dead or alive, or not there. */
  get process(): ProcessCore | undefined {
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
  fork(options?: BirthOptions): ProcessCore {
    this.live();
    const spare = options === undefined || isOrdinary(options) ? this.#spares.take() : undefined;
    if (spare === undefined) {
      this.#spares.refill();
      return this.#forkNow(options);
    }
    if (options?.signal !== undefined) spare.obey(options.signal);
    return spare;
  }

  #forkNow(options: BirthOptions = { title: titleOf("process") }): ProcessCore {
    const live = this.live();
    const { forkStdio } = this.#options;
    if (forkStdio === undefined || options.stdio !== undefined) return live.fork(options);
    const stdio = Stdio.take(forkStdio);
    try {
      return live.fork({ ...options, stdio });
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
  live(): ProcessCore {
    if (this.#closed) throw new ForkError("ERR_FORK_CLOSED", `the template '${this.#options.name}' was closed`);
    const process = this.#process;
    if (process?.isAlive && process.isOurs) return process;
    // Of another user: the process ends with the forks that it has.
    if (process?.isAlive) process.close();
    return this.#start();
  }

  #defaultSpares(): number {
    const asked = Number(variable("DESKTOP_FORK_SPARES") ?? 1);
    return this.#process?.strategy?.name === "fork" ? asked : 0;
  }

  #start(): ProcessCore {
    const { name, modules, findFrom, spares: _, forkStdio: __, ...options } = this.#options;
    // A spare of a dead template could not say how it ended.
    this.#spares.clear();
    this.#directory = options.cwd === undefined ? identifyDirectory() : undefined;
    const core = ProcessCore.exec({ ...options, type: "template", title: titleOf(`template ${name}`) });
    this.#process = core;
    core.onFailed = (error) => this.#died(core, error);
    this.#from ??= findFrom();
    const all = [...preloads, ...modules];
    if (all.length > 0 && core.over === undefined) core.step(MessageType.Require, [this.#from, ...all]);
    return core;
  }

  /** Loads a file of the library's own into the process that runs now. */
  preload(file: string): void {
    if (this.#process?.over !== undefined) return;
    this.#process?.step(MessageType.Require, [this.#from as string, file]);
    this.#spares.clear(); // they have not got it
  }

  #died(core: ProcessCore, error: Error): void {
    const { pid, connection } = core;
    if (core === this.#process) this.#spares.clear();
    const report = (status: ExitStatus) => this.onDied({ pid, error, ...status });
    if (connection === undefined) report({ code: null, signal: null });
    else void connection.exited.then(report);
  }
}

/** Any other process like this would do as well. */
function isOrdinary({ title, cwd, env, detached, stdio, signal }: BirthOptions): boolean {
  if (title !== titleOf("process") || detached || signal?.aborted) return false;
  return cwd === undefined && env === undefined && stdio === undefined;
}

function identifyDirectory(): DirectoryIdentity | undefined {
  const addon = tryAddon();
  return addon instanceof Error ? undefined : addon.identifyDirectory();
}

/** Files of the library's own that workers will need: what the template has loaded, no worker has to. */
const preloads = new Set<string>();

/** For the default template, running or not, and for all that start later. */
export function preloadInTemplates(file: string): void {
  if (preloads.has(file)) return;
  preloads.add(file);
  shared?.preload(file);
}

let shared: TemplateCore | undefined;

export interface DefaultTemplateOptions {
  /** Working directory, also of workers. Default: that of this program at this moment. */
  cwd?: string | undefined;
  /** Processes to have ready. Default: 1 where forks work, else 0. */
  spares?: number | undefined;
  /** How long the runtime may take before it says hello, in milliseconds. Default: 30,000. */
  startTimeoutMs?: number | undefined;
}

/** The empty template that everything without one of its own is forked from. Starts on first use. */
export function defaultTemplateCore(): TemplateCore {
  shared ??= newDefaultTemplate();
  return shared;
}

/** @throws ForkError ERR_FORK_ARGUMENT when it was started already */
export function startDefaultTemplate(options: DefaultTemplateOptions): TemplateCore {
  if (shared !== undefined)
    throw new ForkError("ERR_FORK_ARGUMENT", "the default template was started already, perhaps by desktop-fork/early");
  shared = newDefaultTemplate(options);
  return shared;
}

function newDefaultTemplate(options: DefaultTemplateOptions = {}): TemplateCore {
  return new TemplateCore({ ...options, name: "default", modules: [], findFrom: () => workingDirectory() ?? "/" });
}

/** Ends it, if there is one; the next use starts another. */
export function closeDefaultTemplate(): void {
  shared?.close();
  shared = undefined;
}
