/** Building addon and guard from their sources. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const NATIVE = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const FILES = ["desktop_fork.node", "desktop_fork_guard.so"];
export const BUILT = path.join(NATIVE, "build", "Release");
export const PREBUILT = path.join(NATIVE, "prebuilds", `${process.platform}-${process.arch}`);

const TOOLS = ["g++", "make", "python3"];

export function build() {
  const missing = TOOLS.filter((program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status !== 0);
  if (missing.length > 0)
    fail(`building the addon needs ${missing.join(", ")}: on Debian, "apt install ${missing.join(" ")}"`);
  const [command, ...first] = nodeGyp();
  const debug = process.argv.includes("--debug") ? ["--debug"] : [];
  const { status } = spawnSync(command, [...first, "rebuild", "--silent", ...headers(), ...debug], {
    cwd: NATIVE,
    stdio: "inherit",
  });
  if (status !== 0) fail("the addon could not be built; the lines above say why");
}

export function sources() {
  const folders = ["addon", "guard"].map((folder) => path.join(NATIVE, folder));
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
  return [...files, path.join(NATIVE, "binding.gyp")];
}

/** Whether all files are there and younger than what they were made from. */
export function isUpToDate(files, from) {
  if (!files.every((file) => existsSync(file))) return false;
  const modified = (file) => statSync(file).mtimeMs;
  return Math.min(...files.map(modified)) >= Math.max(...from.map(modified));
}

/** The headers that came with this very Node: no download then. */
function headers() {
  const prefix = path.resolve(process.execPath, "..", "..");
  return existsSync(path.join(prefix, "include", "node", "node_api.h")) ? [`--nodedir=${prefix}`] : [];
}

function nodeGyp() {
  const require = createRequire(import.meta.url);
  try {
    return [process.execPath, require.resolve("node-gyp/bin/node-gyp.js")];
  } catch {
    return ["node-gyp"]; // npm puts its own on the PATH of install scripts
  }
}

function fail(message) {
  console.error(`desktop-fork: ${message}`);
  process.exit(1);
}
