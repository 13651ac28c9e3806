/** Finding the pictures below a folder. Runs in a worker of its own, so that a large folder holds nobody up. */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { hasPictureMagic, isPictureName } from "../../main/thumbnails/formats.js";
import { joinPath } from "../../main/thumbnails/paths.js";

export interface Batch {
  /** Octets as Latin-1 characters. */
  folder: string;
  /** Names in `folder`, each ended by a NUL; octets as Latin-1 characters. One string is sent far faster than many. */
  names: string;
  /** Folders in `folder` or itself that could not be looked at. */
  troubles: number;
}

const BATCH_NAMES = 5000;
/** Shared thumbnail repositories, which lie beside the pictures. */
const SHARED_REPOSITORY = ".sh_thumbnails";

type OctetDirent = Omit<Dirent, "name"> & { name: Buffer };

/** `IMG_2` comes before `IMG_10`. */
const collator = new Intl.Collator(undefined, { numeric: true });

/**
 * Folder by folder, each in the order of its names. Symbolic links to folders are not followed, except `root`; no folder
 * is visited twice.
 * @param root absolute; octets as Latin-1 characters
 * @param except folders that are left out with all that is below them
 * @throws the errno of what keeps `root` from being read
 */
export async function* listPictures(root: string, except: readonly string[]): AsyncGenerator<Batch> {
  const visited = new Set(except.map((folder) => identityOf(folder)));
  const pending: Buffer[] = [Buffer.from(root, "latin1")];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const entries = readFolder(folder, visited, pending.length === 0 && folder.toString("latin1") === root);
    if (entries === undefined) {
      yield { folder: folder.toString("latin1"), names: "", troubles: 1 };
      continue;
    }
    const { pictures, folders } = await sortOut(folder, entries);
    for (let start = 0; start < pictures.length; start += BATCH_NAMES)
      yield {
        folder: folder.toString("latin1"),
        names: pictures
          .slice(start, start + BATCH_NAMES)
          .map((name) => `${name.toString("latin1")}\0`)
          .join(""),
        troubles: 0,
      };
    pending.push(...folders.reverse());
  }
}

/** @returns undefined when it can't be read; nothing for one that has been visited */
function readFolder(folder: Buffer, visited: Set<string>, isRoot: boolean): OctetDirent[] | undefined {
  try {
    const identity = identityOf(folder);
    if (visited.has(identity)) return [];
    visited.add(identity);
    return readdirSync(folder, {
      withFileTypes: true,
      encoding: "buffer" as BufferEncoding,
    }) as unknown as OctetDirent[];
  } catch (error) {
    if (isRoot) throw error;
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : undefined;
  }
}

async function sortOut(
  folder: Buffer,
  entries: readonly OctetDirent[],
): Promise<{ pictures: Buffer[]; folders: Buffer[] }> {
  const pictures: Buffer[] = [];
  const folders: Buffer[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) {
      if (entry.name.toString("latin1") !== SHARED_REPOSITORY) folders.push(entry.name);
    } else if (entry.isFile() || entry.isSymbolicLink()) {
      if (isPictureName(entry.name) ?? (await hasPictureMagic(joinPath(folder, entry.name)))) pictures.push(entry.name);
    }
  }
  return { pictures: sorted(pictures), folders: sorted(folders).map((name) => joinPath(folder, name)) };
}

function sorted(names: readonly Buffer[]): Buffer[] {
  return names
    .map((octets) => ({ octets, text: octets.toString() }))
    .sort((a, b) => collator.compare(a.text, b.text))
    .map(({ octets }) => octets);
}

function identityOf(folder: Buffer | string): string {
  const stats = statSync(folder, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) {
    if (typeof folder === "string") return folder;
    throw Object.assign(new Error("the folder does not exist"), { code: "ENOENT" });
  }
  return `${stats.dev}:${stats.ino}`;
}
