/** Runs test files over a library without any warm-up: node run-cold.js [FILE …]; the files count from test/. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeColdLibrary } from "./cold-library.js";
import { FILE_TIMEOUT_MS } from "./patience.js";

const CONTRACT = ["contract/fork", "contract/rpc/fork", "contract/pool/fork"];

const folder = mkdtempSync(path.join(tmpdir(), "desktop-fork-cold-"));
const asked = process.argv.slice(2);
try {
  const tests = makeColdLibrary(folder);
  const files = (asked.length > 0 ? asked : CONTRACT).map((file) => path.join(tests, `${file}.test.js`));
  const flags = ["--test", "--test-reporter=spec", `--test-timeout=${FILE_TIMEOUT_MS}`];
  const { status } = spawnSync(process.execPath, [...flags, ...files], { stdio: "inherit", cwd: folder });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
