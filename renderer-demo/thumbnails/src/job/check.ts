/** What is to be done for a file: the cheap questions, asked before any worker is troubled. */
import { stat } from "node:fs/promises";
import { THUMBNAIL_SIZES, type ThumbnailSize } from "../cache/sizes.js";
import { isValid, mtimeSeconds, type ThumbnailCache } from "../cache/thumbnail-cache.js";
import { fileUri } from "../cache/uri.js";
import { hasPictureMagic } from "../pictures/formats.js";
import type { Candidate } from "../pictures/scan.js";
import type { PictureRequest } from "../worker/request.js";

export interface Picture {
  path: Buffer;
  uri: string;
  mtimeSeconds: bigint;
}

export interface CheckedPicture extends Picture {
  /** `stale`: work for a worker. `failed-before`: a valid record says that no thumbnail can be made. */
  state: "stale" | "up-to-date" | "failed-before";
  /** The sizes that are missing or not valid. */
  missing: ThumbnailSize[];
}

export interface CheckOptions {
  cache: ThumbnailCache;
  sizes: readonly ThumbnailSize[];
  /** Everything is stale. */
  force: boolean;
}

/** @returns undefined when the file is no picture, or no file any more */
export async function check(candidate: Candidate, options: CheckOptions): Promise<CheckedPicture | undefined> {
  const { path, sniff } = candidate;
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  if (!stats?.isFile() || (sniff && !(await hasPictureMagic(path)))) return undefined;
  const picture = { path, uri: fileUri(path), mtimeSeconds: mtimeSeconds(stats) };
  const missing = await missingSizes(picture, options);
  if (missing.length === 0) return { ...picture, missing, state: "up-to-date" };
  const { cache, force } = options;
  const failed = !force && (await isValid(cache.failure(picture.uri), picture.uri, picture.mtimeSeconds));
  return { ...picture, missing, state: failed ? "failed-before" : "stale" };
}

async function missingSizes({ uri, mtimeSeconds }: Picture, { cache, sizes, force }: CheckOptions) {
  if (force) return [...sizes];
  const missing: ThumbnailSize[] = [];
  for (const size of sizes) if (!(await isValid(cache.thumbnail(uri, size), uri, mtimeSeconds))) missing.push(size);
  return missing;
}

/** The request that makes what is missing. */
export function requestFor(
  { path, uri, missing }: Pick<CheckedPicture, "path" | "uri" | "missing">,
  cache: ThumbnailCache,
): PictureRequest {
  const targets = missing.map((size) => {
    const file = cache.thumbnail(uri, size);
    return { pixels: THUMBNAIL_SIZES[size], file, temporary: cache.temporary(file) };
  });
  return { path: path.toString("latin1"), uri, targets };
}
