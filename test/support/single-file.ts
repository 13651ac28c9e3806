/** Bundling programs, and making single executables of them. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { nativeFiles } from "../../native/addon/addon.cjs";

const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/single-file/", import.meta.url));
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** What code of CommonJS modules needs in a bundle that is an ES module. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

export function programPath(name: string): string {
  return path.join(FIXTURES, name);
}

/** A folder that has nothing above it that a package could be found in; gone after the test. */
export function makeFolder(test: Pick<TestContext, "after">): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-")));
  test.after(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

/** @returns path of the program with the library inside */
export async function bundle(name: string, format: "esm" | "cjs", folder: string): Promise<string> {
  const outfile = path.join(folder, format === "esm" ? "bundle.mjs" : "bundle.cjs");
  const options = format === "esm" ? { banner: { js: REQUIRE } } : {};
  const entryPoints = [programPath(name)];
  const { warnings } = await build({ entryPoints, outfile, format, bundle: true, platform: "node", ...options });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
  return outfile;
}

/** Puts the addon and the guard beside a program. */
export function copyNativeFiles(folder: string): void {
  for (const file of nativePaths()) fs.copyFileSync(file, path.join(folder, path.basename(file)));
}

function nativePaths(): string[] {
  const files = nativeFiles();
  if (files?.guard === undefined) throw new Error("the addon and the guard are not built");
  return [files.addon, files.guard];
}

/** @returns path of an executable that needs no Node, with the addon and the guard inside */
export function makeExecutable(main: string, folder: string): string {
  const executable = path.join(folder, "program");
  const config = path.join(folder, "sea.json");
  const assets = Object.fromEntries(nativePaths().map((file) => [path.basename(file), file]));
  const direct = Number(process.versions.node.split(".")[0]) >= 26;
  const output = direct ? executable : path.join(folder, "program.blob");
  fs.writeFileSync(config, JSON.stringify({ main, output, assets, disableExperimentalSEAWarning: true }));
  const node = (...args: string[]) => execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  if (direct) node(`--build-sea=${config}`);
  else {
    node("--experimental-sea-config", config);
    fs.copyFileSync(process.execPath, executable);
    const postject = createRequire(import.meta.url).resolve("postject/dist/cli.js");
    node(postject, executable, "NODE_SEA_BLOB", output, "--sentinel-fuse", FUSE);
  }
  return executable;
}
