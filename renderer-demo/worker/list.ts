/** Finding the pictures below a folder. Runs in a worker of its own, so that a large folder holds nobody up. */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { hasPictureMagic, isPictureName } from "desktop-fork-thumbnails/pictures";

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

interface Entry {
  /** Octets as Latin-1 characters: very many buffers would keep the garbage collector busy for longer than all else takes. */
  name: string;
  isFolder: boolean;
  /** A file, or a link to something. */
  mayBePicture: boolean;
}

const NOT_ASCII = /[\x80-\xff]/;

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
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const entries = readFolder(folder, visited, folder === root);
    if (entries === undefined) {
      yield { folder, names: "", troubles: 1 };
      continue;
    }
    const { pictures, folders } = await sortOut(folder, entries);
    for (let start = 0; start < pictures.length; start += BATCH_NAMES) {
      const names = pictures.slice(start, start + BATCH_NAMES);
      yield { folder, names: `${names.join("\0")}\0`, troubles: 0 };
    }
    pending.push(...folders.reverse().map((name) => within(folder, name)));
  }
}

/** @returns undefined when it can't be read; nothing for one that has been visited */
function readFolder(folder: string, visited: Set<string>, isRoot: boolean): Entry[] | undefined {
  const path = Buffer.from(folder, "latin1");
  try {
    const identity = identityOf(path);
    if (visited.has(identity)) return [];
    visited.add(identity);
    return entriesOf(path);
  } catch (error) {
    if (isRoot) throw error;
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : undefined;
  }
}

function entriesOf(path: Buffer): Entry[] {
  const options = { withFileTypes: true } as const;
  const entry = (name: string, kind: Pick<Dirent, "isDirectory" | "isFile" | "isSymbolicLink">) => ({
    name,
    isFolder: kind.isDirectory(),
    mayBePicture: kind.isFile() || kind.isSymbolicLink(),
  });
  try {
    return readdirSync(path, { ...options, encoding: "latin1" }).map((found) => entry(found.name, found));
  } catch (error) {
    // Some file systems don't tell what an entry is; Node then wants path and names to be of one kind.
    if ((error as NodeJS.ErrnoException).code !== "ERR_INVALID_ARG_TYPE") throw error;
    const found = readdirSync(path, { ...options, encoding: "buffer" as BufferEncoding }) as unknown as OctetDirent[];
    return found.map((octets) => entry(octets.name.toString("latin1"), octets));
  }
}

async function sortOut(folder: string, entries: readonly Entry[]): Promise<{ pictures: string[]; folders: string[] }> {
  const pictures: string[] = [];
  const folders: string[] = [];
  for (const { name, isFolder, mayBePicture } of entries) {
    if (isFolder) {
      if (name !== SHARED_REPOSITORY) folders.push(name);
    } else if (mayBePicture && (isPictureName(name) ?? (await hasPictureMagic(octetsOf(within(folder, name))))))
      pictures.push(name);
  }
  return { pictures: sorted(pictures), folders: sorted(folders) };
}

function sorted(names: string[]): string[] {
  if (!names.some((name) => NOT_ASCII.test(name))) return names.sort(collator.compare);
  return names
    .map((name) => ({ name, text: octetsOf(name).toString() }))
    .sort((a, b) => collator.compare(a.text, b.text))
    .map(({ name }) => name);
}

function within(folder: string, name: string): string {
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}

function octetsOf(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

function identityOf(folder: Buffer | string): string {
  const stats = statSync(folder, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) {
    if (typeof folder === "string") return folder;
    throw Object.assign(new Error("the folder does not exist"), { code: "ENOENT" });
  }
  return `${stats.dev}:${stats.ino}`;
}
