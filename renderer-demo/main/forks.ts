/** The template that makes thumbnails, and the forks of the default template that are there for one task. */
import { ForkProcess, Template } from "desktop-fork";
import { pictureRuntime } from "desktop-fork-thumbnails";

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

const MODULES = [new URL("../worker/thumbnail.js", import.meta.url)];

/** Below every program that a person waits for: also the window's processes, wherever they are. */
const NICENESS = 5;

export class Forks {
  readonly template = new Template({
    name: "gallery",
    modules: MODULES,
    priority: NICENESS,
    ...pictureRuntime(),
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

  /** Not of the template above: somebody waits for it. */
  fork(): ForkProcess {
    return ForkProcess.create();
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
