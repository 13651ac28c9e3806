/** What stands behind a template: a process that is started again on the next use after it has died. */
import { MessageType } from "../helper/wire/message.cjs";
import { ForkError } from "./errors.js";
import type { ExitStatus } from "./exit-status.js";
import { type ExecOptions, ProcessCore, titleOf } from "./process-core.js";

export interface TemplateCoreOptions extends Omit<ExecOptions, "title" | "signal" | "detached"> {
  name: string;
  modules: readonly string[];
  /** Path of the file that module names count from. */
  from: string;
}

export interface TemplateDeath extends ExitStatus {
  pid: number | undefined;
  /** What it failed with. */
  error: Error;
}

export class TemplateCore {
  onDied: (death: TemplateDeath) => void = () => {};
  readonly #options: TemplateCoreOptions;
  #process: ProcessCore | undefined;
  #closed = false;

  constructor(options: TemplateCoreOptions) {
    this.#options = options;
    this.#start();
  }

  /** As it is now: dead or alive, or not there. */
  get process(): ProcessCore | undefined {
    return this.#process;
  }

  /**
   * A process that is alive as far as anyone knows.
   * @throws ForkError ERR_FORK_CLOSED
   */
  live(): ProcessCore {
    if (this.#closed) throw new ForkError("ERR_FORK_CLOSED", `the template '${this.#options.name}' was closed`);
    return this.#process === undefined || this.#process.over !== undefined ? this.#start() : this.#process;
  }

  close(): void {
    this.#closed = true;
    this.#process?.close();
  }

  #start(): ProcessCore {
    const { name, modules, from, ...options } = this.#options;
    const core = ProcessCore.exec({ ...options, title: titleOf(`template ${name}`) });
    this.#process = core;
    core.onFailed = (error) => this.#died(core, error);
    if (modules.length > 0 && core.over === undefined) core.step(MessageType.Require, [from, ...modules]);
    return core;
  }

  #died(core: ProcessCore, error: Error): void {
    const { pid, connection } = core;
    const report = (status: ExitStatus) => this.onDied({ pid, error, ...status });
    if (connection === undefined) report({ code: null, signal: null });
    else void connection.exited.then(report);
  }
}

let shared: TemplateCore | undefined;

/** The empty template that everything without one of its own is forked from. Starts on first use. */
export function defaultTemplateCore(): TemplateCore {
  shared ??= new TemplateCore({ name: "default", modules: [], from: process.cwd() });
  return shared;
}

/** Ends it, if there is one; the next use starts another. */
export function closeDefaultTemplate(): void {
  shared?.close();
  shared = undefined;
}
