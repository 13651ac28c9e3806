/** The fork guard by itself, without Node: small C programs, each of which tries one of its promises. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROGRAMS = fileURLToPath(new URL("../../../test/fixtures/guard", import.meta.url));
const GUARD = fileURLToPath(new URL("../../../native/build/Release/desktop_fork_guard.so", import.meta.url));
const TIMEOUT_MS = 60_000;

const run = promisify(execFile);
const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);
const names = readdirSync(PROGRAMS).flatMap((name) => (name.endsWith(".c") ? [name.slice(0, -".c".length)] : []));

const skip = compiler === undefined ? "there is no C compiler" : false;

describe("the fork guard", { concurrency: 2, skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "desktop-fork-guard-"));
  after(() => rmSync(folder, { recursive: true }));

  for (const name of names) {
    it(name, async () => {
      const program = path.join(folder, name);
      const source = path.join(PROGRAMS, `${name}.c`);
      await run(compiler as string, ["-std=gnu17", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", source, "-o", program]);
      const { stderr } = await run(program, {
        env: { ...process.env, LD_PRELOAD: GUARD },
        timeout: TIMEOUT_MS,
        killSignal: "SIGKILL",
      });
      assert.equal(stderr, "");
    });
  }
});
