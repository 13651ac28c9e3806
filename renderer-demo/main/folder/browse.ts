/** Folders to choose from, for the page's own dialog. */
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { joinPath, resolvePath, showPath } from "desktop-fork-thumbnails/pictures";
import type { Octets } from "../../contract/checks.js";
import type { Browsed, Place } from "../../contract/events.js";
import { explain } from "./explain.js";

const MOST_FOLDERS = 2000;
const DOT = ".".charCodeAt(0);
const collator = new Intl.Collator(undefined, { numeric: true });

export async function browse(folder: Octets): Promise<Browsed> {
  const octets = resolvePath(Buffer.from(folder, "latin1"));
  const about = { name: "browsed", folder: octetsOf(octets), path: showPath(octets) } as const;
  const parent = path.posix.dirname(about.folder);
  const rest = parent === about.folder ? {} : { parent };
  try {
    return { ...about, ...rest, folders: await foldersIn(octets) };
  } catch (error) {
    return { ...about, ...rest, folders: [], message: explain(error as Error) };
  }
}

async function foldersIn(folder: Buffer): Promise<Place[]> {
  const entries = await fs.readdir(folder, { encoding: "buffer", withFileTypes: true });
  const places: Place[] = [];
  for (const entry of entries) {
    if (entry.name[0] === DOT || places.length === MOST_FOLDERS) continue;
    const full = joinPath(folder, entry.name);
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(full))))
      places.push({ label: showPath(entry.name), folder: octetsOf(full) });
  }
  return places.sort((a, b) => collator.compare(a.label, b.label));
}

/** Where pictures often are. */
export async function usualPlaces(): Promise<Place[]> {
  const home = os.homedir();
  const candidates = [
    ["Pictures", path.join(home, "Pictures")],
    ["Home", home],
    ["Backgrounds", "/usr/share/backgrounds"],
    ["Computer", "/"],
  ] as const;
  const places: Place[] = [];
  for (const [label, folder] of candidates)
    if (await isFolder(Buffer.from(folder))) places.push({ label, folder: octetsOf(Buffer.from(folder)) });
  return places;
}

export function octetsOf(path: Uint8Array): Octets {
  return Buffer.from(path).toString("latin1");
}

async function isFolder(path: Buffer): Promise<boolean> {
  return fs.stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
