/**
 * The freedesktop thumbnail cache: where thumbnails and records of failures are, and whether they are still valid.
 * After the Thumbnail Managing Standard, version 0.9.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { cacheError } from "../errors.js";
import { emptyPng, insertTexts, PNG_END, readTexts } from "./png.js";
import type { ThumbnailSize } from "./sizes.js";
import { SOFTWARE } from "./software.js";
import { thumbnailName } from "./uri.js";

/** The texts come first; this is enough for the longest URI that a path can make. */
const START_BYTES = 16_384;
const SECOND_NS = 1_000_000_000n;
const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

/** The user's cache folder, as the XDG Base Directory Specification has it. */
export function userCacheFolder(): string {
  const named = process.env["XDG_CACHE_HOME"];
  return named !== undefined && path.isAbsolute(named) ? named : path.join(os.homedir(), ".cache");
}

/** Where all programs of a desktop look for thumbnails. */
export function sharedThumbnails(): string {
  return path.join(userCacheFolder(), "thumbnails");
}

export class ThumbnailCache {
  readonly root: string;
  readonly #run = randomBytes(6).toString("hex");
  #temporaries = 0;

  /** @param root the folder that holds `normal`, `large`, … and `fail` */
  constructor(root: string) {
    this.root = path.resolve(root);
  }

  thumbnail(uri: string, size: ThumbnailSize): string {
    return path.join(this.root, size, thumbnailName(uri));
  }

  failure(uri: string): string {
    return path.join(this.root, "fail", SOFTWARE, thumbnailName(uri));
  }

  /** A name that nobody else uses, beside `file`, so that a rename puts it in place at once. */
  temporary(file: string): string {
    return path.join(path.dirname(file), `.${path.basename(file, ".png")}.${this.#run}-${this.#temporaries++}.tmp`);
  }

  /**
   * Makes the folders that are missing and tries whether files can be made in them.
   * @throws ThumbnailError ERR_THUMBNAIL_CACHE
   */
  prepare(sizes: readonly ThumbnailSize[]): void {
    for (const folder of [...sizes, path.join("fail", SOFTWARE)]) {
      const trial = this.temporary(path.join(this.root, folder, "trial"));
      try {
        fs.mkdirSync(path.dirname(trial), { recursive: true, mode: FOLDER_MODE });
        fs.closeSync(fs.openSync(trial, "wx", FILE_MODE));
        fs.unlinkSync(trial);
      } catch (error) {
        throw cacheError(this.root, error);
      }
    }
  }

  /** Remembers that no thumbnail can be made of a picture, for as long as it does not change. */
  recordFailure(uri: string, mtimeSeconds: bigint): void {
    const file = this.failure(uri);
    const temporary = this.temporary(file);
    try {
      fs.writeFileSync(temporary, insertTexts(emptyPng(), identity(uri, mtimeSeconds)), {
        mode: FILE_MODE,
        flag: "wx",
      });
      fs.renameSync(temporary, file);
    } catch (error) {
      discard([temporary]);
      throw cacheError(this.root, error);
    }
  }
}

/** The texts that tie a thumbnail to one state of one picture. */
export function identity(uri: string, mtimeSeconds: bigint): Map<string, string> {
  return new Map([
    ["Thumb::URI", uri],
    ["Thumb::MTime", String(mtimeSeconds)],
    ["Software", SOFTWARE],
  ]);
}

/** As `st_mtime` has it: towards the past, also before 1970. */
export function mtimeSeconds({ mtimeNs }: { mtimeNs: bigint }): bigint {
  return (mtimeNs - (((mtimeNs % SECOND_NS) + SECOND_NS) % SECOND_NS)) / SECOND_NS;
}

/** Whether a thumbnail, or a record of a failure, is whole and is of this state of the picture. */
export async function isValid(file: string, uri: string, mtimeSeconds: bigint): Promise<boolean> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(START_BYTES), 0, START_BYTES, 0);
    const texts = readTexts(buffer.subarray(0, bytesRead));
    if (texts?.get("Thumb::URI") !== uri || texts.get("Thumb::MTime") !== String(mtimeSeconds)) return false;
    const end = Buffer.alloc(PNG_END.length);
    await handle.read(end, 0, end.length, (await handle.stat()).size - end.length);
    return end.equals(PNG_END);
  } catch {
    return false;
  } finally {
    await handle?.close();
  }
}

/** Removes files that may be there. */
export function discard(files: readonly string[]): void {
  for (const file of files) fs.rmSync(file, { force: true });
}
