/** The pool that makes thumbnails. */
import { createPool, type Pool } from "desktop-fork/pool";
import { MAX_WORKERS } from "../../contract/commands.js";
import type { ThumbnailReply, ThumbnailRequest } from "../../worker/thumbnail.js";
import type { Forks } from "../forks.js";

type Thumbnails = typeof import("../../worker/thumbnail.js");

const MODULE = new URL("../../worker/thumbnail.js", import.meta.url);
/** The largest pictures that are read at all take a few seconds. */
const TIMEOUT_MS = 60_000;
/** Somebody else may have ended the worker; a picture that ends two is not tried a third time. */
const RETRIES = 1;
/** A picture that nobody wants to see any more may take so long to end; then its worker makes room for another. */
export const ABORT_GRACE_MS = 1500;
/** A worker that has had so many pictures makes room for a fresh one, which is a few milliseconds' work. */
const PICTURES_PER_WORKER = 500;

/** A worker as the panel shows it. */
export interface WorkerView {
  pid: number;
  /** What it is busy with, for people. */
  job?: string | undefined;
  busyMs?: number | undefined;
  jobs: number;
}

export class PictureWorkers {
  readonly #pool: Pool<Thumbnails>;
  /** What each worker said last that it began, by its pid. */
  readonly #names = new Map<number, string>();
  #starts: number[] = [];

  constructor(forks: Forks, count: number) {
    this.#pool = createPool<Thumbnails>({
      module: MODULE,
      init: "prepare",
      title: "thumbnails",
      template: forks.template,
      max: count,
      // All of them are there from the start, and stay.
      idle: MAX_WORKERS,
      maxJobs: PICTURES_PER_WORKER,
      timeout: TIMEOUT_MS,
      retries: RETRIES,
      abortGrace: ABORT_GRACE_MS,
    });
    this.#pool
      .on("start", ({ startMs = 0 }) => {
        // The first ones had to wait for the template.
        if (performance.now() - startMs > forks.readyMs) this.#starts.push(startMs);
      })
      .on("event", ({ args: [name], pid }) => this.#names.set(pid as number, name as string))
      .on("exit", ({ pid }) => this.#names.delete(pid as number));
  }

  get count(): number {
    return this.#pool.max;
  }

  resize(count: number): void {
    this.#pool.max = count;
  }

  /** @throws ForkError as the pool's run(); AbortError */
  run(request: ThumbnailRequest, signal?: AbortSignal): Promise<ThumbnailReply> {
    return this.#pool.run("thumbnail", [request], { signal });
  }

  /** @returns false when there is no such worker */
  kill(pid: number, signal: NodeJS.Signals): boolean {
    return this.#pool.kill(pid, signal);
  }

  list(): WorkerView[] {
    return this.#pool.stats().workers.flatMap(({ pid, jobs, running: [job] }) => {
      if (pid === undefined) return [];
      return job === undefined ? { pid, jobs } : { pid, jobs, job: this.#names.get(pid), busyMs: job.runningMs };
    });
  }

  /** Milliseconds that each worker took to start, since the last call. */
  takeStarts(): number[] {
    return this.#starts.splice(0);
  }

  async close(): Promise<void> {
    await this.#pool.terminate();
  }
}
