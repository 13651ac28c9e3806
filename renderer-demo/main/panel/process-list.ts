/** The gallery's processes and their memory, as the panel shows them. */
import { liveProcesses } from "../../../main/connection/registry.js";
import { type MemoryUse, readMemory } from "../../../main/metrics/memory.js";
import type { ProcessNews } from "../../contract/events.js";
import type { Gallery } from "../gallery.js";

/** Figures of memory are dear: the kernel walks through all pages. */
const MEMORY_AGE_MS = 1000;

type Listed = Omit<ProcessNews, "own" | "shared">;
type Memory = Pick<ProcessNews, "own" | "shared">;

export class ProcessList {
  readonly #gallery: Gallery;
  #memory = new Map<number, Memory>();
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(gallery: Gallery) {
    this.#gallery = gallery;
  }

  async look(): Promise<ProcessNews[]> {
    const listed = [...this.#list()];
    const isStale = performance.now() - this.#readMs > MEMORY_AGE_MS;
    const unknown = listed.filter(({ pid, kind }) => kind !== "main" && (isStale || !this.#memory.has(pid)));
    const read = await Promise.all(unknown.map(async ({ pid }) => [pid, await memoryOf(pid)] as const));
    if (isStale) {
      this.#readMs = performance.now();
      this.#memory = new Map();
    }
    for (const [pid, memory] of read) this.#memory.set(pid, memory);
    // The kernel would keep this process waiting while it counts the pages of one of several gigabytes.
    this.#memory.set(process.pid, { own: process.memoryUsage.rss(), shared: 0 });
    return listed.map((entry) => ({ ...entry, ...(this.#memory.get(entry.pid) ?? { own: 0, shared: 0 }) }));
  }

  *#list(): Generator<Listed> {
    const { forks, workers } = this.#gallery;
    yield { pid: process.pid, kind: "main" };
    const { pid: template } = forks.template;
    // What programs are started by, and folders are listed from.
    for (const { pid, type } of liveProcesses())
      if (type === "template" && pid !== undefined && pid !== template) yield { pid, kind: "default template" };
    const now = performance.now();
    for (const { process, job, sinceMs } of forks.tasks)
      if (process.pid !== undefined) yield { pid: process.pid, kind: "worker", job, busyMs: now - sinceMs };
    if (template !== undefined) yield { pid: template, kind: "template" };
    for (const worker of workers.list()) yield { kind: "worker", ...worker };
  }
}

async function memoryOf(pid: number): Promise<Memory> {
  const { rss, uss }: MemoryUse = await readMemory(pid).catch(() => ({ rss: 0, pss: 0, uss: 0 }));
  return { own: uss, shared: rss - uss };
}
