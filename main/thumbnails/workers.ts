/** Where workers come from: one template with sharp loaded, never used, which every worker is forked from. */
import fs from "node:fs";
import path from "node:path";
import { Template, type TemplateOptions } from "../api/template.js";
import { ForkError } from "../base/errors.js";
import { type MemoryUse, readMemory } from "../metrics/memory.js";
import { createPool, type Pool, type PoolOptions } from "../pool/index.js";

export type PicturePool = Pick<
  Pool<Pick<typeof import("./worker.js"), "makeThumbnail">>,
  "run" | "room" | "on" | "stats" | "close" | "terminate"
>;

export interface WorkerSource {
  /** Workers for one job; closed by whoever asked for them. */
  pool(options: Pick<PoolOptions, "max" | "maxQueue" | "timeout">): PicturePool;
  /** What all workers share, and what is there once however many they are. */
  sharedMemory(): Promise<MemoryUse | undefined>;
}

const WORKER = new URL("./worker.js", import.meta.url);
const SAMPLES = new URL("./samples.js", import.meta.url);

/** How long a worker that has nothing more to do may take to end. */
const EXIT_TIMEOUT_MS = 1000;

/** What suits workers that have one picture at a time in memory, and next to no JavaScript. */
export function pictureRuntime(): Required<Pick<TemplateOptions, "env" | "execArgv">> {
  return {
    // libvips prints what it thinks of each odd picture; failures are reported instead. One worker has one processor, and needs no
    // more than one arena: with several, each keeps what it has freed.
    env: { ...process.env, VIPS_WARNING: "0", MALLOC_ARENA_MAX: "1" },
    // Each page of new space that was ever used is the worker's own from then on.
    execArgv: ["--max-semi-space-size=1"],
  };
}

export class ForkedWorkers implements WorkerSource {
  readonly #module: URL;
  #template: Template | undefined;

  /** @param module what the workers run; it exports what worker.js does */
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

  /**
   * Fills a folder with pictures to try things on, unless it is there already.
   * @throws ForkError ERR_FORK_PACKAGE; ERR_FORK_CACHE when the folder can't be written
   */
  async makeSamples(folder: string, signal?: AbortSignal): Promise<void> {
    if (fs.existsSync(folder)) return;
    const temporary = `${folder}.${process.pid}.tmp`;
    const discard = () => fs.rmSync(temporary, { recursive: true, force: true });
    process.once("exit", discard);
    try {
      makeFolder(path.dirname(folder));
      const worker = await this.template
        .fork({ ...(signal && { signal }) })
        .sendArg(temporary)
        .run(SAMPLES, "makeSamples");
      worker.socket.on("error", () => {}).resume();
      const { code } = await worker.exited;
      signal?.throwIfAborted();
      if (code !== 0) throw new ForkError("ERR_FORK_DIED", `the worker that makes sample pictures exited with ${code}`);
      if (!fs.existsSync(folder)) fs.renameSync(temporary, folder);
    } catch (error) {
      throw explainMissing(error as Error);
    } finally {
      discard();
      process.off("exit", discard);
    }
  }

  async sharedMemory(): Promise<MemoryUse | undefined> {
    const pid = this.#template?.strategy === "fork" ? this.#template.pid : undefined;
    return pid === undefined ? undefined : readMemory(pid).catch(() => undefined);
  }

  close(): void {
    this.#template?.close();
  }
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ForkError("ERR_FORK_CACHE", `no sample pictures can be made: ${(cause as Error).message}`, { cause });
  }
}

/** @returns a better error when it is that sharp is not installed: ERR_FORK_PACKAGE */
export function explainMissing(error: Error): Error {
  const cause = error.cause as (Error & { code?: string }) | undefined;
  const missing = cause?.code === "ERR_MODULE_NOT_FOUND" || cause?.code === "MODULE_NOT_FOUND";
  if (!missing || !cause.message.includes("'sharp'")) return error;
  const message = 'thumbnails are made by the package "sharp", which is not installed; run: npm install sharp';
  return new ForkError("ERR_FORK_PACKAGE", message, { cause });
}
