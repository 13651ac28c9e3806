/** Where a pool's workers come from. */
import { fileURLToPath } from "node:url";
import type { ForkProcess } from "../process.js";
import { Template } from "../template.js";
import type { PoolOptions } from "./options.js";

/** What serves in a worker: loaded in the template, so that no worker has to. */
const SERVICE = fileURLToPath(new URL("../../helper/rpc/serve.cjs", import.meta.url));

export class WorkerSource {
  readonly #own: Template | undefined;
  readonly #given: Template | ForkProcess | undefined;

  /** The pool's own template starts now. */
  constructor({ template, module, preload = [], title, runtime, execArgv, env, strategy, cwd }: PoolOptions) {
    this.#given = template;
    if (template !== undefined) return;
    this.#own = new Template({
      name: title ?? "pool",
      modules: [SERVICE, ...preload, module],
      ...{ runtime, execArgv, env, strategy },
      ...(cwd !== undefined && { cwd }),
    });
  }

  get template(): Template | ForkProcess {
    return this.#own ?? (this.#given as Template | ForkProcess);
  }

  /** @throws ForkError ERR_FORK_CLOSED, ERR_FORK_USED */
  fork(): ForkProcess {
    return this.template.fork();
  }

  close(): void {
    this.#own?.close();
  }
}
