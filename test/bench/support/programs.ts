/** The programs that are started: files under test/fixtures/bench, and what is built from them. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../../test/fixtures/bench/", import.meta.url));

export function programPath(name: string): string {
  return path.join(FOLDER, name);
}

export function programUrl(name: string): URL {
  return pathToFileURL(programPath(name));
}

/** Where built programs are kept for one run of the benchmark. */
const BUILD_FOLDER_VARIABLE = "DESKTOP_FORK_BENCH_BUILDS";

/** Call it before any sample is taken; what is built goes away with this process. */
export function makeBuildFolder(): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-bench-"));
  process.env[BUILD_FOLDER_VARIABLE] = folder;
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
}

/** @returns path of the file, which `build` has made now or earlier in this run */
export function built(name: string, build: (file: string) => void): string {
  const folder = process.env[BUILD_FOLDER_VARIABLE];
  if (folder === undefined) throw new Error(`${BUILD_FOLDER_VARIABLE} is not set: start the benchmark with main.js`);
  const file = path.join(folder, name);
  if (!fs.existsSync(file)) build(file);
  return file;
}

export function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What the workers of the "preloaded" cases have loaded, by package name. */
const HEAVY = ["lodash", "zod", "sharp", "typescript-5"];
/** The folder of a `node_modules` to look in besides the project's own. */
const EXTRA_FOLDER_VARIABLE = "DESKTOP_FORK_BENCH_MODULES";

export interface HeavyModules {
  files: string[];
  missing: string[];
}

/** typescript 7's own module is a small client of a native program; 5 is the large one that tools load. */
export function heavyModules(): HeavyModules {
  const from = [import.meta.url];
  const extra = process.env[EXTRA_FOLDER_VARIABLE];
  if (extra !== undefined) from.push(pathToFileURL(path.join(extra, "x.js")).href);
  const found: HeavyModules = { files: [], missing: [] };
  for (const name of HEAVY) {
    const file = from.map((each) => resolve(name, each)).find((each) => each !== undefined);
    if (file === undefined) found.missing.push(name);
    else found.files.push(file);
  }
  return found;
}

function resolve(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}
