/** Where this library's own files are, and whether it has any. */
import fs = require("node:fs");
import os = require("node:os");
import path = require("node:path");

/** This file's, and the one of the bundle that helper/build/bundle.mjs makes; both are two folders below LIBRARY. */
const OWN_NAMES = ["place.cjs", "desktop-fork-helper.cjs"];

/**
 * The folder of the compiled library (`dist`). Undefined when a bundler has put the library into the program's own file:
 * then that file is all there is.
 */
export const LIBRARY: string | undefined = findLibrary();

function findLibrary(): string | undefined {
  // In an ES module there is no such name; in a bundle it is the bundle's.
  if (typeof __filename !== "string" || !OWN_NAMES.includes(path.basename(__filename))) return undefined;
  return path.resolve(__dirname, "../..");
}

/** Whether this program is a single executable application, of which there is no file but the executable. */
export const isSingleExecutable: boolean = readSea()?.isSea() ?? false;

interface Sea {
  isSea(): boolean;
  getRawAsset?(name: string): ArrayBuffer;
}

function readSea(): Sea | undefined {
  try {
    return require("node:sea") as Sea;
  } catch {
    return undefined; // Node before 20.12, or a runtime without it
  }
}

const PROGRAM = Symbol.for("desktop-fork.program");
const globals = globalThis as { [PROGRAM]?: string | undefined };
if (!(PROGRAM in globals)) globals[PROGRAM] = findProgram();

/**
 * Path of the program that runs, as it was when the library was first loaded; undefined for a single executable, a REPL,
 * and code on the command line.
 */
export function programFile(): string | undefined {
  return globals[PROGRAM];
}

function findProgram(): string | undefined {
  if (isSingleExecutable) return undefined;
  const main = typeof require === "function" ? require.main?.filename : undefined;
  return main ?? (process.argv[1] === undefined ? undefined : path.resolve(process.argv[1]));
}

/**
 * Opens what a single executable has under that name, as a file that no folder shows.
 * @returns the caller's descriptor; undefined when there is no such asset
 */
export function openAsset(name: string): number | undefined {
  if (!isSingleExecutable) return undefined;
  let octets: Uint8Array;
  try {
    octets = new Uint8Array(readSea()?.getRawAsset?.(name) as ArrayBuffer);
  } catch {
    return undefined;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-assets-"));
  try {
    const file = path.join(folder, name);
    fs.writeFileSync(file, octets, { mode: 0o500 });
    return fs.openSync(file, "r");
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
