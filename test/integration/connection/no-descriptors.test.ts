/** No descriptors left: a clear error, and nothing is lost but what was asked for. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { EXEC, FORK } from "../../support/configurations.js";
import { runProgram } from "../../support/program.js";

const LIMIT = "--nofile=120";
const NONE = "ERR_FORK_SYSTEM EMFILE";

async function outcomesOf(scenario: string, env: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await runProgram("no-descriptors.mjs", {
    args: [scenario],
    env,
    under: ["prlimit", LIMIT],
  });
  assert.deepEqual([code, stderr], [0, ""]);
  return Object.fromEntries(JSON.parse(stdout));
}

suite("without descriptors", () => {
  for (const { name, env, forks } of [FORK, EXEC]) {
    test(`${name}: in the parent`, async () => {
      const {
        "fork, 0 left": fork0,
        "fork, 1 left": fork1,
        "fork, 3 left": fork3,
        ...rest
      } = await outcomesOf("parent", env);
      assert.deepEqual([fork0, fork1], [NONE, NONE]);
      if (forks) assert.equal(fork3, true);
      delete rest["fork, 2 left"];
      assert.deepEqual(rest, {
        exec: NONE,
        run: NONE,
        sendHandle: NONE,
        toHandle: NONE,
        "afterwards: the object": 0,
        "afterwards: the template": 0,
        "afterwards: an earlier worker's end": 0,
      });
    });

    test(`${name}: in a process that is given one`, async () => {
      assert.deepEqual(await outcomesOf("process", env), {
        run: NONE,
        sendHandle: NONE,
        "what comes later is not done": NONE,
        "without a handle": 0,
      });
    });

    test(`${name}: where a process object is to arrive, which then is still there`, async () => {
      assert.deepEqual(await outcomesOf("handle", env), {
        "fromHandle, 0 left": NONE,
        "fromHandle, 1 left": NONE,
        "fromHandle, 2 left": NONE,
        afterwards: 0,
      });
    });
  }

  test("fork: in a process that is to be forked, which then can be forked again", async () => {
    assert.deepEqual(await outcomesOf("template", FORK.env), { fork: NONE, "fork again": NONE, afterwards: 0 });
  });
});
