/** Runs the test files of the named folders: node run-tests.js unit contract … */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { FILE_TIMEOUT_MS } from "./patience.js";

/** Tests of timing-sensitive things share two cores with each other. */
const CONCURRENCY = 2;

const root = fileURLToPath(new URL("..", import.meta.url));

export function testFiles(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.js"))
      .sort()
      .map((name) => path.join(root, folder, name)),
  );
}

const files = testFiles(process.argv.slice(2));
if (files.length === 0) throw new Error("no test files: run `npm run build`, and name folders of test/");
const flags = [
  "--test",
  "--test-reporter=spec",
  "--test-reporter-destination=stdout",
  `--test-reporter=${new URL("hang-reporter.js", import.meta.url)}`,
  "--test-reporter-destination=stderr",
  // A hang is a failure, never a wait.
  `--test-timeout=${FILE_TIMEOUT_MS}`,
  `--test-concurrency=${CONCURRENCY}`,
];
const child = spawn(process.execPath, [...flags, ...files], { stdio: "inherit" });
child.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
