/** Loading modules, CommonJS and ES modules alike. */
import { createRequire } from "node:module";

import path = require("node:path");

import { fileURLToPath, pathToFileURL } from "node:url";

import vm = require("node:vm");

import { LIBRARY } from "../../native/locate/place.cjs";
import { explainArchive, readablePath, readableSpecifier } from "./archive.cjs";

const URL_SPECIFIER = /^(file|node|data):/;
/** One with nothing to decode and nothing to resolve, unless a name in it begins with a dot: parsing it takes a start 0.1 ms. */
const PLAIN_FILE_URL = /^file:\/\/(\/[\w/.+@-]*)$/;

export type Namespace = Record<string, unknown>;

export function importUrl(url: string): Promise<Namespace> {
  return import(url) as Promise<Namespace>;
}

/** By the file that they import for: each resolves as an `import()` there would. */
const importers = new Map<string, (specifier: string) => Promise<Namespace>>();

/** What was loaded here or in the template: import() looks at the disk again each time. */
const loaded = new Map<string, Namespace>();

function importer(from: string): (specifier: string) => Promise<Namespace> {
  let found = importers.get(from);
  if (found === undefined) {
    found = vm.runInThisContext("(specifier) => import(specifier)", {
      filename: from,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as (specifier: string) => Promise<Namespace>;
    importers.set(from, found);
  }
  return found;
}

/** As an `import()` in that file; Node's warning about the option that this takes is not printed. */
export function importFrom(from: string, specifier: string): Promise<Namespace> {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return importer(from)(specifier);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** In a single executable `require` knows nothing but Node's own modules. */
function requireFile(file: string): unknown {
  return LIBRARY === undefined ? createRequire(file)(file) : require(file);
}

/**
 * @param specifier a URL, a path or a package name
 * @param from path of the file that relative paths and package names count from
 */
export async function loadModule(specifier: string, from: string): Promise<Namespace> {
  const namespace = loadedModule(specifier, from) ?? requireModule(specifier, from);
  if (namespace !== undefined) return namespace;
  const imported = await importAny(readableSpecifier(specifier), readablePath(from)).catch((error) => {
    throw explainArchive(error, specifier, from);
  });
  loaded.set(key(specifier, from), imported);
  return imported;
}

/**
 * Loads what needs no waiting: a CommonJS module that is named by its path and says by its name that it is one. The loader of
 * ES modules would come to the same, much later.
 * @returns undefined for any other module
 */
function requireModule(specifier: string, from: string): Namespace | undefined {
  if (!specifier.includes(".cjs")) return undefined;
  try {
    const readable = readableSpecifier(specifier);
    const file = pathOf(readable);
    if (!path.isAbsolute(file) || !file.endsWith(".cjs")) return undefined;
    const namespace = namespaceOf(requireFile(file));
    loaded.set(key(specifier, from), namespace);
    return namespace;
  } catch (error) {
    throw explainArchive(error, specifier, from);
  }
}

function pathOf(specifier: string): string {
  const plain = PLAIN_FILE_URL.exec(specifier)?.[1];
  if (plain !== undefined && !plain.includes("/.")) return plain;
  return specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier;
}

function importAny(specifier: string, from: string): Promise<Namespace> {
  if (URL_SPECIFIER.test(specifier)) return importUrl(specifier);
  if (path.isAbsolute(specifier)) return importUrl(pathToFileURL(specifier).href);
  return importFrom(from, specifier);
}

/** What `import()` would make of a CommonJS module. */
function namespaceOf(exports: unknown): Namespace {
  return typeof exports === "object" && exports !== null ? { ...exports, default: exports } : { default: exports };
}

/** The module if it is there already, so that a worker need not wait a turn for it. */
export function loadedModule(specifier: string, from: string): Namespace | undefined {
  return loaded.get(key(specifier, from));
}

function key(specifier: string, from: string): string {
  return URL_SPECIFIER.test(specifier) ? specifier : `${from}\0${specifier}`;
}
