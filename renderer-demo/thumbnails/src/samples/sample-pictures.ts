/** Pictures for those who have named no folder: drawn once, by a worker, and kept in the user's cache. */
import fs from "node:fs";
import path from "node:path";
import type { Template } from "desktop-fork";
import { userCacheFolder } from "../cache/thumbnail-cache.js";
import { explainMissing, ThumbnailError } from "../errors.js";
import { ForkedWorkers } from "../job/forked-workers.js";

const DRAW = new URL("./draw.js", import.meta.url);

/** Where sample pictures are, or will be. */
export function sampleFolder(): string {
  return path.join(userCacheFolder(), "desktop-fork", "samples");
}

export interface SampleOptions {
  /** What the worker is forked from; the caller's to close. Default: a template for this alone. */
  template?: Template;
  signal?: AbortSignal;
}

/**
 * Fills a folder with pictures to try things on, unless it is there already.
 * @returns the path of {@link sampleFolder}
 * @throws ThumbnailError ERR_THUMBNAIL_PACKAGE, ERR_THUMBNAIL_SAMPLES; ERR_THUMBNAIL_CACHE when the folder can't be written;
 * the signal's reason when it is aborted
 */
export async function samplePictures({ template, signal }: SampleOptions = {}): Promise<string> {
  const folder = sampleFolder();
  if (fs.existsSync(folder)) return folder;
  if (template !== undefined) await fill(folder, template, signal);
  else {
    const workers = new ForkedWorkers();
    try {
      await fill(folder, workers.template, signal);
    } finally {
      workers.close();
    }
  }
  return folder;
}

async function fill(folder: string, template: Template, signal: AbortSignal | undefined): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  const discard = () => fs.rmSync(temporary, { recursive: true, force: true });
  process.once("exit", discard);
  try {
    makeFolder(path.dirname(folder));
    const worker = await template
      .fork({ ...(signal && { signal }) })
      .sendArg(temporary)
      .run(DRAW, "makeSamples");
    worker.socket.on("error", () => {}).resume();
    const { code } = await worker.exited;
    signal?.throwIfAborted();
    if (code !== 0) throw new ThumbnailError("ERR_THUMBNAIL_SAMPLES", `the worker that draws them exited with ${code}`);
    if (!fs.existsSync(folder)) fs.renameSync(temporary, folder);
  } catch (error) {
    throw explainMissing(error as Error);
  } finally {
    discard();
    process.off("exit", discard);
  }
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const message = `no sample pictures can be made: ${(cause as Error).message}`;
    throw new ThumbnailError("ERR_THUMBNAIL_CACHE", message, { cause });
  }
}
