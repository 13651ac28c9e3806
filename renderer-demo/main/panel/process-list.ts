/** The gallery's processes and their memory, as the panel shows them. */
import { processMetrics } from "desktop-fork";
import type { ProcessNews } from "../../contract/events.js";
import type { Forks } from "../forks.js";
import type { PictureWorkers } from "../pictures/picture-workers.js";

/** Figures of memory are dear: the kernel walks through all pages. */
const MEMORY_AGE_MS = 1000;

const KILOBYTE = 1024;

type Listed = Omit<ProcessNews, "own" | "shared">;
type Memory = Pick<ProcessNews, "own" | "shared">;

export interface ProcessSources {
  forks: Forks;
  workers: PictureWorkers;
}

export class ProcessList {
  readonly #sources: ProcessSources;
  /** By pid. */
  #memory = new Map<number, Memory>();
  #templates: readonly number[] = [];
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(sources: ProcessSources) {
    this.#sources = sources;
  }

  async look(): Promise<ProcessNews[]> {
    const isStale = performance.now() - this.#readMs > MEMORY_AGE_MS;
    if (isStale || this.#list().some(({ pid, kind }) => kind !== "main" && !this.#memory.has(pid))) await this.#read();
    // The kernel would keep this process waiting while it counts the pages of one of several gigabytes.
    this.#memory.set(process.pid, { own: process.memoryUsage.rss(), shared: 0 });
    return this.#list().map((entry) => ({ ...entry, ...(this.#memory.get(entry.pid) ?? { own: 0, shared: 0 }) }));
  }

  async #read(): Promise<void> {
    this.#readMs = performance.now();
    const metrics = await processMetrics().catch(() => []); // elsewhere than on Linux
    this.#templates = metrics.filter(({ type }) => type === "Template").map(({ pid }) => pid);
    this.#memory = new Map(
      metrics.map(({ pid, memory: { workingSetSize, privateBytes } }) => [
        pid,
        { own: privateBytes * KILOBYTE, shared: (workingSetSize - privateBytes) * KILOBYTE },
      ]),
    );
  }

  #list(): Listed[] {
    const { forks, workers } = this.#sources;
    const { pid: template } = forks.template;
    const now = performance.now();
    const listed: Listed[] = [{ pid: process.pid, kind: "main" }];
    // What programs are started by, and folders are listed from.
    for (const pid of this.#templates) if (pid !== template) listed.push({ pid, kind: "default template" });
    for (const { process, job, sinceMs } of forks.tasks)
      if (process.pid !== undefined) listed.push({ pid: process.pid, kind: "worker", job, busyMs: now - sinceMs });
    if (template !== undefined) listed.push({ pid: template, kind: "template" });
    for (const worker of workers.list()) listed.push({ kind: "worker", ...worker });
    return listed;
  }
}
