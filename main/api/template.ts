/** Templates: processes that are prepared once and forked often. */
import { AsyncResource } from "node:async_hooks";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { type InspectOptions, inspect } from "node:util";
import { processContext } from "../../helper/protocol/process-context.cjs";
import { untilAborted, type WaitOptions } from "../base/abort.js";
import { callerFile } from "../base/caller.js";
import { checkOptions } from "../base/check-options.js";
import { abortError, ForkError } from "../base/errors.js";
import { inspectLine } from "../base/inspect.js";
import { specifierOf } from "../lifecycle/run-target.js";
import type { RuntimeOptions } from "../runtime/runtime.js";
import { type TemplateDeath, TemplateProcess, type TemplateProcessOptions } from "../template/template-process.js";
import { type ForkOptions, type ForkProcess, forkOf } from "./fork-process.js";
import { PROGRAM_TEMPLATE_OPTIONS, READY_OPTIONS, TEMPLATE_OPTIONS, TEMPLATE_START_OPTIONS } from "./option-schemas.js";

export interface TemplateOptions extends RuntimeOptions {
  /** For `ps` and messages. */
  name?: string;
  /** What to load before the first fork: URLs, paths or package names, as `import` in the calling file would take them. */
  modules?: readonly (string | URL)[];
  /**
   * Working directory, also of its workers. Default: that of this program at this moment; and for each worker that of this
   * program when the worker is asked for.
   */
  cwd?: string;
  /**
   * Processes to have forked ahead of need, so that a start is one message. They are taken by forks that ask for no
   * `cwd`, `env` or `detached` of their own. Default: 1; 0 with the strategy `exec`, where each is a whole runtime.
   */
  spares?: number;
  /** How long the runtime may take before it says hello, in milliseconds. Default: 30,000. */
  startTimeoutMs?: number;
  /**
   * Niceness of the template and of all that is forked from it, from 0 to 19: work in the background, which a window must not
   * wait for. On Linux they are in a session of their own then, because the kernel shares the processors out among
   * sessions first; so Ctrl-C at the terminal does not reach them. Default: that of this program.
   */
  priority?: number;
}

export type ProgramTemplateOptions = Omit<TemplateOptions, "modules">;

/** What a worker runs: its socket comes first, then what was sent. */
// biome-ignore lint/suspicious/noExplicitAny: what is sent is between the program and its function.
export type WorkerFunction = (socket: Socket, ...args: any[]) => unknown;

type InternalOptions = Pick<TemplateProcessOptions, "program" | "forkStdio">;

let hasProgramTemplate = false;

/**
 * A process with modules loaded, to fork workers from. It starts at once, and again on the next use after it has died.
 * It does not keep this program alive, and ends with it.
 *
 * Emits `died` when its process ends without having been closed.
 */
export class Template extends EventEmitter<{ died: [TemplateDeath] }> {
  readonly name: string;
  readonly #process: TemplateProcess;

  constructor(options?: TemplateOptions);
  /** @internal */
  constructor(options: TemplateOptions | undefined, internal: InternalOptions);
  constructor(given: TemplateOptions = {}, internal: InternalOptions = {}) {
    super();
    checkOptions(TEMPLATE_OPTIONS, given);
    const { name = "template", modules = [], ...options } = given;
    this.name = name;
    this.#process = new TemplateProcess({
      ...{ ...options, ...internal },
      name,
      modules: modules.map(specifierOf),
      findFrom: callerFile,
    });
    this.#process.onDied = AsyncResource.bind((death: TemplateDeath) => void this.emit("died", death));
  }

  /**
   * A template of this program as it is here: the program is executed once more, runs as far as this call, and is the
   * template from then on. What it has loaded, defined and computed by then is in the template; what comes after this
   * call is for this process alone. Call it once, outside of functions, before the program has done anything that must
   * not happen twice. Listeners of `exit` and `beforeExit` that it has added by then are not in the template.
   *
   * @param functions for `run`, by their names
   * @throws ForkError ERR_FORK_USED the second time; ERR_FORK_UNSUPPORTED in a process that is no program of its own
   * @example
   * const template = Template.ofProgram({ shrink });
   * const worker = await template.fork().sendArg("holiday.jpg").run("shrink");
   */
  static ofProgram(
    functions: Readonly<Record<string, WorkerFunction>>,
    options: ProgramTemplateOptions = {},
  ): Template {
    const context = processContext();
    context?.becomeTemplate?.(functions);
    checkFunctions(functions);
    checkOptions(PROGRAM_TEMPLATE_OPTIONS, options);
    if (context !== undefined)
      throw new ForkError("ERR_FORK_UNSUPPORTED", "Template.ofProgram: this process was made by desktop-fork itself");
    if (hasProgramTemplate)
      throw new ForkError("ERR_FORK_USED", "Template.ofProgram: this program has such a template already");
    hasProgramTemplate = true;
    return new Template({ name: "program", ...options }, { program: true });
  }

  /** A template that is ready. When it fails, or its `signal` is aborted before, nothing is left of it. */
  static async start(options: TemplateOptions & WaitOptions = {}): Promise<Template> {
    checkOptions(TEMPLATE_START_OPTIONS, options);
    const { signal, ...templateOptions } = options;
    if (signal?.aborted) throw abortError(signal);
    const template = new Template(templateOptions);
    try {
      return await template.ready(signal && { signal });
    } catch (error) {
      template.close();
      throw error;
    }
  }

  /** Undefined before it has one, and without the process. */
  get pid(): number | undefined {
    return this.#process.process?.pid;
  }

  /** How {@link fork} makes processes: from the template, or by executing a fresh runtime. Undefined until it is known. */
  get strategy(): "fork" | "exec" | undefined {
    return this.#process.process?.strategy?.name;
  }

  /** Why the strategy is `exec`. */
  get reason(): string | undefined {
    const strategy = this.#process.process?.strategy;
    return strategy?.name === "exec" ? strategy.reason : undefined;
  }

  /**
   * Resolves when the template has loaded its modules; rejects with what went wrong. Its `signal` ends the waiting, and not
   * the template.
   */
  async ready(options: WaitOptions = {}): Promise<this> {
    checkOptions(READY_OPTIONS, options);
    await untilAborted(this.#process.ready(), options.signal);
    return this;
  }

  /**
   * A new process with all that the template has loaded, and with the user, groups, umask, niceness and working directory
   * that this program has at this moment. After `process.setuid()` and the like the template is started anew for that.
   */
  fork(options?: ForkOptions): ForkProcess {
    return forkOf(this.#process, options);
  }

  /** No more forks. Its workers live on, and so does the process until they have ended: it reports their exit codes. */
  close(): void {
    this.#process.close();
  }

  /** @internal */
  [inspect.custom](_depth: number, options: InspectOptions, show: typeof inspect): string {
    const { name, pid, strategy } = this;
    const state = this.#process.process?.stateName;
    return inspectLine("Template", { name, pid, state, strategy }, options, show);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function checkFunctions(functions: Readonly<Record<string, unknown>>): void {
  for (const [name, work] of Object.entries(functions))
    if (typeof work !== "function")
      throw new ForkError("ERR_FORK_ARGUMENT", `Template.ofProgram: '${name}' is no function but ${typeof work}`);
}
