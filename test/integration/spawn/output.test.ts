/** Much output and a slow reader: nothing is lost, and memory stays flat. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spawn } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { readSlowly } from "../../support/slow-reader.js";

const BYTES = 64 * 2 ** 20;
const MAX_GROWTH_BYTES = 24 * 2 ** 20;

describe("spawn() and much output", () => {
  forbidLeaks();

  it("64 MB arrive whole and in order at a slow reader, in flat memory", async () => {
    const { bytes, wrong, growth, ended } = await readSlowly(spawn, BYTES);
    assert.deepEqual([bytes, wrong, ended], [BYTES, 0, [0, null]]);
    assert.ok(growth < MAX_GROWTH_BYTES, `memory grew by ${growth} bytes`);
  });

  it("64 MB arrive whole at a program's input", async () => {
    const program = spawn("sh", ["-c", "wc -c"], { stdio: ["pipe", "pipe", "inherit"] });
    const chunk = Buffer.alloc(2 ** 20, "x");
    let said = "";
    program.stdout.on("data", (data) => {
      said += data;
    });
    for (let sent = 0; sent < BYTES; sent += chunk.length)
      if (!program.stdin.write(chunk)) await new Promise((resolve) => program.stdin.once("drain", resolve));
    program.stdin.end();
    await new Promise((resolve) => program.once("close", resolve));
    assert.equal(said.trim(), String(BYTES));
  });
});
