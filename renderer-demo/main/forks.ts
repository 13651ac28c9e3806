/** The template that everything of the gallery is forked from, and the forks that are there for one task. */
import { type ForkProcess, Template } from "desktop-fork";

/** What a task's process has to show. */
export interface TaskProcess {
  readonly pid: number | undefined;
  kill(signal: NodeJS.Signals): boolean;
}

export interface Task {
  process: TaskProcess;
  /** For people. */
  job: string;
  sinceMs: number;
}

const MODULES = [new URL("../worker/thumbnail.js", import.meta.url), new URL("../worker/list.js", import.meta.url)];

/** Below every program that a person waits for: also the window's processes, wherever they are. */
const NICENESS = 10;

export class Forks {
  readonly template = new Template({
    name: "gallery",
    modules: MODULES,
    // libvips prints what it thinks of each odd picture; the gallery shows failures instead.
    env: { ...process.env, VIPS_WARNING: "0" },
    priority: NICENESS,
  });
  readonly #tasks = new Set<Task>();
  #readyMs = Number.POSITIVE_INFINITY;

  constructor() {
    const ready = () =>
      this.template.ready().then(
        () => {
          this.#readyMs = performance.now();
        },
        () => {}, // whoever forks is told
      );
    void ready();
    this.template.on("died", () => {
      this.#readyMs = Number.POSITIVE_INFINITY;
      void ready();
    });
  }

  /** Since when the template can be forked, on the clock of `performance.now()`. */
  get readyMs(): number {
    return this.#readyMs;
  }

  get tasks(): ReadonlySet<Task> {
    return this.#tasks;
  }

  fork(): ForkProcess {
    return this.template.fork();
  }

  /** @returns a function to call when the task is done */
  enter(process: TaskProcess, job: string): () => void {
    const task = { process, job, sinceMs: performance.now() };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  close(): void {
    this.template.close();
  }
}
