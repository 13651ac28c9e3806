/** A program whose working directory somebody has deleted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "../../support/program.js";

test("programs and templates start where the working directory was deleted, as with child_process", async () => {
  const ending = await runProgram("../spawn/deleted-directory.mjs");
  assert.deepEqual([ending.code, ending.stdout], [0, "0 0 ENOENT\n0 0 ENOENT\n1\n"], ending.stderr);
});
