/** No process of the library resets a terminal that it did not change. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { forbidLeaks } from "../../support/leaks.js";
import { PATIENCE_MS } from "../../support/patience.js";

const PROGRAM = fileURLToPath(new URL("../../../../test/fixtures/fork/terminal.mjs", import.meta.url));

suite("a program that has put its terminal into raw mode", () => {
  forbidLeaks();

  test("finds the terminal so after the end of each template and worker", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "desktop-fork-terminal-"));
    const answer = path.join(folder, "said.json");
    // script(1) of util-linux runs a command in a terminal.
    const command = [process.execPath, PROGRAM, answer].map((word) => `'${word}'`).join(" ");
    const program = spawn("script", ["-qec", command, "/dev/null"], {
      stdio: ["pipe", "ignore", "ignore"],
      timeout: PATIENCE_MS,
    });
    await once(program, "exit");
    program.stdin.destroy();
    const said = JSON.parse(readFileSync(answer, "utf8")) as Record<string, boolean>;
    rmSync(folder, { recursive: true });
    assert.equal(Object.keys(said).length, 10);
    assert.deepEqual(
      Object.keys(said).filter((name) => !said[name]),
      [],
      "it was reset after",
    );
  });
});
