/** Where workers come from: one template with sharp loaded, never used, which every worker is forked from. */
import { Template, type TemplateOptions } from "desktop-fork";
import { createPool, type Pool, type PoolOptions } from "desktop-fork/pool";
import { ownMemory } from "../memory/own-memory.js";

export type PicturePool = Pick<
  Pool<Pick<typeof import("../worker/index.js"), "makeThumbnail">>,
  "run" | "room" | "on" | "stats" | "close" | "terminate"
>;

export interface WorkerSource {
  /** Workers for one job; closed by whoever asked for them. */
  pool(options: Pick<PoolOptions, "max" | "maxQueue" | "timeout">): PicturePool;
  /** Bytes that all workers share, and that are there once however many they are. */
  sharedMemory(): Promise<number | undefined>;
}

const WORKER = new URL("../worker/index.js", import.meta.url);

/** How long a worker that has nothing more to do may take to end. */
const EXIT_TIMEOUT_MS = 1000;

/** What suits workers that have one picture at a time in memory, and next to no JavaScript. */
export function pictureRuntime(): Required<Pick<TemplateOptions, "env" | "execArgv">> {
  return {
    // libvips prints what it thinks of each odd picture; failures are reported instead. One worker has one processor, and
    // needs no more than one arena: with several, each keeps what it has freed.
    env: { ...process.env, VIPS_WARNING: "0", MALLOC_ARENA_MAX: "1" },
    // Each page of new space that was ever used is the worker's own from then on.
    execArgv: ["--max-semi-space-size=1"],
  };
}

export class ForkedWorkers implements WorkerSource {
  readonly #module: URL;
  #template: Template | undefined;

  /** @param module what the workers run; it exports what `desktop-fork-thumbnails/worker` does */
  constructor(module = WORKER) {
    this.#module = module;
  }

  /** The template starts with the first worker. */
  get template(): Template {
    this.#template ??= new Template({ name: "thumbnails", modules: [this.#module], ...pictureRuntime() });
    return this.#template;
  }

  pool(options: Pick<PoolOptions, "max" | "maxQueue" | "timeout">): PicturePool {
    return createPool({
      ...options,
      ...{ module: this.#module, template: this.template, init: "init", done: "done" },
      ...{ stop: Number.POSITIVE_INFINITY, exitTimeout: EXIT_TIMEOUT_MS, stderr: "inherit" },
    });
  }

  async sharedMemory(): Promise<number | undefined> {
    const pid = this.#template?.strategy === "fork" ? this.#template.pid : undefined;
    return pid === undefined ? undefined : ownMemory(pid);
  }

  close(): void {
    this.#template?.close();
  }
}
