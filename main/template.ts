/** Templates: processes that are prepared once and forked often. */
import { EventEmitter } from "node:events";
import { callerFile } from "./caller.js";
import { birthOptions, type ForkOptions, ForkProcess, specifierOf } from "./process.js";
import type { RuntimeOptions } from "./runtime.js";
import { TemplateCore, type TemplateDeath } from "./template-core.js";

export interface TemplateOptions extends RuntimeOptions {
  /** For `ps` and messages. */
  name?: string;
  /** What to load before the first fork: URLs, paths or package names, as `import` in the calling file would take them. */
  modules?: readonly (string | URL)[];
  /** Working directory, also of its workers. Default: that of this program at this moment. */
  cwd?: string;
  /**
   * Processes to have forked ahead of need, so that a start is one message. They are taken by forks that ask for no
   * `cwd`, `env` or `detached` of their own. Default: 1; 0 with the strategy `exec`, where each is a whole runtime.
   */
  spares?: number;
  /** How long the runtime may take before it says hello, in milliseconds. Default: 30,000. */
  startTimeoutMs?: number;
}

/**
 * A process with modules loaded, to fork workers from. It starts at once, and again on the next use after it has died.
 * It does not keep this program alive, and ends with it.
 *
 * Emits `died` when its process ends without having been closed.
 */
export class Template extends EventEmitter<{ died: [TemplateDeath] }> {
  readonly name: string;
  readonly #core: TemplateCore;

  constructor({ name = "template", modules = [], ...options }: TemplateOptions = {}) {
    super();
    this.name = name;
    this.#core = new TemplateCore({ ...options, name, modules: modules.map(specifierOf), from: callerFile() });
    this.#core.onDied = (death) => this.emit("died", death);
  }

  /** A template that is ready. */
  static async start(options: TemplateOptions = {}): Promise<Template> {
    return new Template(options).ready();
  }

  /** Undefined before it has one, and without the process. */
  get pid(): number | undefined {
    return this.#core.process?.pid;
  }

  /** How {@link fork} makes processes: from the template, or by executing a fresh runtime. Undefined until it is known. */
  get strategy(): "fork" | "exec" | undefined {
    return this.#core.process?.strategy?.name;
  }

  /** Why the strategy is `exec`. */
  get reason(): string | undefined {
    const strategy = this.#core.process?.strategy;
    return strategy?.name === "exec" ? strategy.reason : undefined;
  }

  /** Resolves when the template has loaded its modules; rejects with what went wrong. */
  async ready(): Promise<this> {
    await this.#core.ready();
    return this;
  }

  /** A new process with all that the template has loaded. */
  fork(options: ForkOptions = {}): ForkProcess {
    return new ForkProcess(this.#core.fork(birthOptions(options)));
  }

  /** No more forks. Its workers live on, and so does the process until they have ended: it reports their exit codes. */
  close(): void {
    this.#core.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
