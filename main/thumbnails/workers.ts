/** Where workers come from: one template with sharp loaded, never used, which every worker is forked from. */
import fs from "node:fs";
import path from "node:path";
import { ForkError } from "../errors.js";
import { type MemoryUse, readMemory } from "../memory.js";
import { Template } from "../template.js";
import type { Worker } from "../worker.js";
import type { PictureProcess } from "./dispatcher.js";

export interface WorkerSource {
  start(): Promise<PictureProcess>;
  /** What all workers share, and what is there once however many they are. */
  sharedMemory(): Promise<MemoryUse | undefined>;
}

const WORKER = new URL("./worker.js", import.meta.url);
const SAMPLES = new URL("./samples.js", import.meta.url);

/** A template may be killed under our hands, or be busy for a moment; the next one will do. */
const START_ATTEMPTS = 3;

export class ForkedWorkers implements WorkerSource {
  #template: Template | undefined;

  /** The template starts with the first worker. */
  get template(): Template {
    // libvips prints what it thinks of each odd picture; failures are reported here instead.
    this.#template ??= new Template({
      name: "thumbnails",
      modules: [WORKER],
      env: { ...process.env, VIPS_WARNING: "0" },
    });
    return this.#template;
  }

  /** @throws ForkError ERR_FORK_PACKAGE when sharp is not installed */
  async start(): Promise<Worker> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.template.fork().run(WORKER, "makeThumbnails");
      } catch (error) {
        const { code } = error as ForkError;
        const passing = code === "ERR_FORK_DIED" || code === "ERR_FORK_REFUSED";
        if (!passing || attempt === START_ATTEMPTS) throw explainMissing(error as ForkError);
      }
    }
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

function explainMissing(error: Error): Error {
  const cause = error.cause as (Error & { code?: string }) | undefined;
  const missing = cause?.code === "ERR_MODULE_NOT_FOUND" || cause?.code === "MODULE_NOT_FOUND";
  if (!missing || !cause.message.includes("'sharp'")) return error;
  const message = 'thumbnails are made by the package "sharp", which is not installed; run: npm install sharp';
  return new ForkError("ERR_FORK_PACKAGE", message, { cause });
}
