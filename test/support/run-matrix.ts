/** Runs test folders on Node 20, 22, 24 and 26, each from its npm package: node run-matrix.js [folder…] */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const VERSIONS = ["20", "22", "24", "26"];
const DEFAULT_FOLDERS = ["unit", "fuzz", "contract", "fidelity", "integration"];

const runner = fileURLToPath(new URL("run-tests.js", import.meta.url));
const cache = fileURLToPath(new URL("../../../.cache/node", import.meta.url));
const name = `node-${process.platform}-${process.arch}`;

/** Path of that version's executable, fetched if it is not there yet. */
function fetchNode(version: string): string | undefined {
  const prefix = path.join(cache, version);
  const file = path.join(prefix, "node_modules", name, "bin", "node");
  if (!existsSync(file)) spawnSync("npm", ["install", "--prefix", prefix, "--no-save", `${name}@${version}`]);
  return existsSync(file) ? file : undefined;
}

const folders = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT_FOLDERS;
const results: Record<string, string> = {};
for (const version of VERSIONS) {
  const node = fetchNode(version);
  if (node === undefined) results[version] = `not run: the npm package ${name}@${version} can't be fetched`;
  else {
    const { status } = spawnSync(node, [runner, ...folders], { stdio: "inherit" });
    results[version] = status === 0 ? "passed" : "FAILED";
  }
  if (results[version] !== "passed") process.exitCode = 1;
}
console.table(results);
