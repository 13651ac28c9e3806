/** Modules that are named as the app sees them, inside its archive, as this runtime can load them. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { unpackedPath } from "../../native/locate/archive.cjs";

/** Electron reads its archives itself, also when it runs as Node. */
const readsArchives = process.versions["electron"] !== undefined;

const MENTIONS_ARCHIVE = /\.asar(\.unpacked)?[\\/]/;
const NOT_FOUND = new Set(["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND", "ENOENT", "ENOTDIR"]);

export function readablePath(file: string): string {
  return readsArchives ? file : unpackedPath(file);
}

/** @param specifier a URL, a path or a package name */
export function readableSpecifier(specifier: string): string {
  if (readsArchives || !specifier.includes(".asar")) return specifier;
  if (!specifier.startsWith("file:")) return unpackedPath(specifier);
  const url = new URL(specifier);
  const { search, hash } = url;
  return pathToFileURL(unpackedPath(fileURLToPath(url))).href + search + hash;
}

/** The error of a module that was not found, with what to do about it if it is in an archive. */
export function explainArchive(error: unknown, ...places: string[]): unknown {
  if (readsArchives || !(error instanceof Error) || !NOT_FOUND.has((error as NodeJS.ErrnoException).code ?? ""))
    return error;
  if (!places.some((place) => MENTIONS_ARCHIVE.test(place))) return error;
  const message = `${error.message}\nNode can't read Electron archives: unpack the module and what it imports ("asarUnpack")`;
  return Object.assign(new Error(message, { cause: error }), { code: (error as NodeJS.ErrnoException).code });
}
