/** Where a pool's workers come from. */

import { ForkProcess, startOptions } from "../api/fork-process.js";
import { Template } from "../api/template.js";
import { ForkError } from "../base/errors.js";
import type { StandardStreams } from "../handles/stdio.js";
import type { TemplateDeath } from "../template/template-process.js";
import type { PoolOptions } from "./options.js";
import { type OutputModes, stdioFor } from "./output.js";

export class WorkerSource {
  readonly #own: Template | undefined;
  readonly #given: Template | ForkProcess | undefined;
  readonly #stdio: ReturnType<typeof stdioFor>;
  /** A worker's fork that has become the template. */
  #promoted: ForkProcess | undefined;
  #isClosed = false;

  /** The pool's own template starts now. */
  constructor(options: PoolOptions, modes: OutputModes) {
    this.#stdio = stdioFor(modes);
    this.#given = options.template;
    if (options.template === undefined) this.#own = newTemplate(options, this.#stdio);
  }

  /** @param told when a template of the pool's own ends without having been closed; another takes its place */
  onDied(told: (death: TemplateDeath) => void): void {
    this.#own?.on("died", told);
  }

  /** @throws ForkError ERR_FORK_CLOSED, ERR_FORK_USED */
  fork(): ForkProcess {
    if (this.#promoted?.core.isOurs() === false) this.#promoted.close();
    if (this.#promoted?.core.over !== undefined) this.#promoted = undefined;
    const template = this.#promoted ?? this.#own ?? (this.#given as Template | ForkProcess);
    // Those of the own template have these streams already.
    return template.fork(template === this.#own ? undefined : this.#stdio && { stdio: this.#stdio });
  }

  /**
   * From now on workers are forked from a fork of this one, which has nothing to do.
   * @throws ForkError ERR_FORK_UNSUPPORTED; ERR_FORK_REFUSED with the name of what is in the way; ERR_FORK_DIED
   */
  async promote(worker: ForkProcess): Promise<number> {
    if (worker.core.strategy?.name !== "fork")
      throw new ForkError("ERR_FORK_UNSUPPORTED", "a worker can be promoted only where processes are forked");
    // What the worker writes goes to its own pipes; a template has this program's streams.
    const options = startOptions({ stdio: [null, "inherit", "inherit"] });
    const promoted = new ForkProcess(worker.core.forkServing(options));
    try {
      await promoted.ready();
      if (this.#isClosed) throw new ForkError("ERR_FORK_CLOSED", "the pool was closed");
    } catch (error) {
      promoted.close();
      throw error;
    }
    this.#promoted?.close();
    this.#promoted = promoted;
    return promoted.pid as number;
  }

  close(): void {
    this.#isClosed = true;
    this.#promoted?.close();
    this.#own?.close();
  }
}

function newTemplate(options: PoolOptions, forkStdio: StandardStreams | undefined): Template {
  const { module, preload = [], title, runtime, execArgv, env, strategy, cwd } = options;
  return new Template(
    {
      name: title ?? "pool",
      modules: [...preload, module],
      ...{ runtime, execArgv, env, strategy },
      ...(cwd !== undefined && { cwd }),
    },
    { forkStdio },
  );
}
