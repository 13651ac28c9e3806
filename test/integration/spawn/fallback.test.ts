/** Where no template can start programs, child_process does, and says so once to whoever asks. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runProgram } from "../../support/program.js";

const WAYS: Record<string, { env: Record<string, string>; reason: RegExp }> = {
  "with the strategy exec": { env: { DESKTOP_FORK_STRATEGY: "exec" }, reason: /DESKTOP_FORK_STRATEGY is 'exec'/ },
  "without the addon": { env: { DESKTOP_FORK_NO_ADDON: "1" }, reason: /DESKTOP_FORK_NO_ADDON is set/ },
};

describe("spawn() where child_process does the work", () => {
  for (const [way, { env, reason }] of Object.entries(WAYS)) {
    it(`${way}: programs run, as children of this program, and one debug line says why`, async () => {
      const ending = await runProgram("../spawn/twice.mjs", { env: { ...env, NODE_DEBUG: "desktop-fork" } });
      assert.deepEqual([ending.code, ending.stdout], [0, "true true true\n"]);
      const lines = ending.stderr.trim().split("\n");
      assert.equal(lines.length, 1, ending.stderr);
      assert.match(lines[0] as string, /spawn: child_process is used/);
      assert.match(lines[0] as string, reason);
    });

    it(`${way}: limits and priority are refused, since nobody would keep them`, async () => {
      const ending = await runProgram("../spawn/limited.mjs", { env });
      assert.deepEqual([ending.code, ending.stdout], [0, "ERR_FORK_UNSUPPORTED ERR_FORK_UNSUPPORTED\n"], ending.stderr);
    });
  }

  it("without NODE_DEBUG nothing is said", async () => {
    const ending = await runProgram("../spawn/twice.mjs", { env: { DESKTOP_FORK_STRATEGY: "exec" } });
    assert.deepEqual([ending.stdout, ending.stderr], ["true true true\n", ""]);
  });

  it("a template that does not come up fails no program: child_process starts it, as it was asked for", async () => {
    const ending = await runProgram("../spawn/no-runtime.mjs");
    assert.deepEqual([ending.code, ending.stdout], [0, "/usr yes input  5 /usr 0 ENOENT SIGINT\n"], ending.stderr);
  });
});
