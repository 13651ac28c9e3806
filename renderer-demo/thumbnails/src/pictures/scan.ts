/** Finding pictures: a stream of files below folders, while the tree changes under our feet. */
import type { Dirent } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import { ThumbnailError } from "../errors.js";
import { isPictureName } from "./formats.js";
import { joinPath, showPath } from "./paths.js";

export interface Candidate {
  /** Absolute. */
  path: Buffer;
  /** The name says nothing; the content has to be looked at. */
  sniff: boolean;
}

export interface ScanOptions {
  /** Folders, and files that are taken whatever their name is. Absolute. */
  roots: readonly Buffer[];
  /** Folders that are left out with all that is below them. */
  except: readonly string[];
  /** Something below the roots could not be looked at. */
  onTrouble?: ((path: Buffer, error: Error) => void) | undefined;
}

/** Shared thumbnail repositories, which lie beside the pictures. */
const SHARED_REPOSITORY = ".sh_thumbnails";

/**
 * Files that are pictures by their names, or may be. Symbolic links to files are followed, links to folders are not,
 * except a root; no folder is visited twice.
 * @throws ThumbnailError ERR_THUMBNAIL_FOLDER when a root is not there, before anything is scanned
 */
export async function* scan({ roots, except, onTrouble = () => {} }: ScanOptions): AsyncGenerator<Candidate> {
  const files: Buffer[] = [];
  const pending: Buffer[] = [];
  for (const root of roots) (await isFolder(root)) ? pending.unshift(root) : files.push(root);
  for (const path of files) yield { path, sniff: false };

  const visited = new Set<string>();
  for (const folder of except) visited.add(await identityOf(folder).catch(() => ""));
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    try {
      const identity = await identityOf(folder);
      if (visited.has(identity)) continue;
      visited.add(identity);
      for await (const entry of entriesOf(folder)) {
        const path = joinPath(folder, entry.name);
        if (entry.isDirectory()) {
          if (entry.name.toString() !== SHARED_REPOSITORY) pending.push(path);
        } else if (entry.isFile() || entry.isSymbolicLink()) {
          const isPicture = isPictureName(entry.name);
          if (isPicture !== false) yield { path, sniff: isPicture === undefined };
        }
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") onTrouble(folder, error as Error);
    }
  }
}

async function isFolder(root: Buffer): Promise<boolean> {
  try {
    return (await stat(root)).isDirectory();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "it does not exist" : (cause as Error).message;
    throw new ThumbnailError("ERR_THUMBNAIL_FOLDER", `the folder '${showPath(root)}' can't be used: ${why}`, { cause });
  }
}

type OctetDirent = Omit<Dirent, "name"> & { name: Buffer };

async function* entriesOf(folder: Buffer): AsyncGenerator<OctetDirent> {
  const entries = await opendir(folder, { encoding: "buffer" as BufferEncoding, bufferSize: 256 });
  for await (const entry of entries) yield entry as unknown as OctetDirent;
}

async function identityOf(folder: Buffer | string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  return `${dev}:${ino}`;
}
