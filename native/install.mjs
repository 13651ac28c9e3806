/**
 * npm's install step: uses a prebuilt addon if one came with the package, else builds addon and guard from source.
 * Elsewhere than on Linux there is nothing to build: the library then executes its workers instead of forking them.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const native = path.dirname(fileURLToPath(import.meta.url));

function has(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
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

function main() {
  if (process.platform !== "linux") return;
  if (existsSync(path.join(native, "prebuilds", `${process.platform}-${process.arch}`, "desktop_fork.node"))) return;
  const missing = ["g++", "make", "python3"].filter((program) => !has(program));
  if (missing.length > 0)
    fail(`building the addon needs ${missing.join(", ")}: on Debian, "apt install ${missing.join(" ")}"`);
  const [command, ...first] = nodeGyp();
  const debug = process.argv.includes("--debug") ? ["--debug"] : [];
  const { status } = spawnSync(command, [...first, "rebuild", "--silent", ...headers(), ...debug], {
    cwd: native,
    stdio: "inherit",
  });
  if (status !== 0) fail("the addon could not be built; the lines above say why");
}

main();
