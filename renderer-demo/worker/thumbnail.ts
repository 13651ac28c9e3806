/** One picture's thumbnail: out of the cache that all programs share, or made now. Runs in the pool's workers. */
import fs from "node:fs/promises";
import os from "node:os";
import { emit, retire } from "desktop-fork/worker";
import { isValid, mtimeSeconds, ThumbnailCache } from "desktop-fork-thumbnails/cache";
import { BadCache, BadPicture, type PictureRequest, renderPicture } from "desktop-fork-thumbnails/worker";
import sharp from "sharp";

export interface ThumbnailRequest extends PictureRequest {
  /** For people. */
  name: string;
  /** The cache's folder. */
  cache: string;
  /** Whether the octets are wanted, or only the file in the cache. */
  octets: boolean;
}

export type ThumbnailReply =
  | { state: "made" | "cached"; octets: Uint8Array | undefined }
  | { state: "failed"; reason: string };

/** After so long without a picture a worker makes room for a fresh one, which has far less memory of its own. */
const REST_MS = 1500;

let rest: NodeJS.Timeout | undefined;

/** Called once in each worker. */
export function prepare(): void {
  // Finding pictures goes before making their thumbnails.
  os.setPriority(os.constants.priority.PRIORITY_LOW);
  // Ctrl-C reaches every process of the terminal; the parent decides what becomes of the picture under way.
  process.on("SIGINT", () => {});
  // One worker has one processor, and never sees a picture twice.
  sharp.concurrency(1);
  sharp.cache(false);
}

/** @throws BadCache */
export async function thumbnail(request: ThumbnailRequest): Promise<ThumbnailReply> {
  clearTimeout(rest);
  try {
    return await findOrMake(request);
  } finally {
    rest = setTimeout(retire, REST_MS).unref();
  }
}

async function findOrMake(request: ThumbnailRequest): Promise<ThumbnailReply> {
  const { uri, targets, octets } = request;
  emit("begun", request.name);
  const cache = new ThumbnailCache(request.cache);
  const [target] = targets as [PictureRequest["targets"][number]];
  const stats = await fs.stat(Buffer.from(request.path, "latin1"), { bigint: true }).catch((error) => error as Error);
  if (stats instanceof Error) return { state: "failed", reason: whyUnreadable(stats) };
  if (!stats.isFile()) return { state: "failed", reason: "it is no regular file" };
  const mtime = mtimeSeconds(stats);
  if (await isValid(target.file, uri, mtime))
    return { state: "cached", octets: octets ? await fs.readFile(target.file) : undefined };
  if (await isValid(cache.failure(uri), uri, mtime))
    return { state: "failed", reason: "it could not be read before, and has not changed since" };
  try {
    await renderPicture(request);
  } catch (error) {
    if (error instanceof BadCache) throw error;
    if (!(error instanceof BadPicture)) return { state: "failed", reason: whyUnreadable(error as Error) };
    cache.recordFailure(uri, mtime);
    return { state: "failed", reason: error.message };
  }
  return { state: "made", octets: octets ? await fs.readFile(target.file) : undefined };
}

function whyUnreadable(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "it is not there any more";
  if (error.code === "EACCES") return "you may not read it";
  if (error.code === "ELOOP") return "it is a symbolic link that leads to itself";
  return error.message;
}
