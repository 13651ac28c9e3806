/** The options `limits` and `priority`. */
import assert from "node:assert/strict";
import { once } from "node:events";
import os from "node:os";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { ForkProcess, type ResourceOptions, spawn } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";

const LOOK = "ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -t; nice";

async function says(options: ResourceOptions): Promise<string[]> {
  const program = spawn("sh", ["-c", LOOK], options);
  const [said] = await Promise.all([text(program.stdout), once(program, "close")]);
  return said.trim().split("\n");
}

describe("what a program may use", () => {
  forbidLeaks();

  it("limits are soft and hard, or one for both; others are this program's", async () => {
    const [, , , time, nice] = await says({});
    const said = await says({ limits: { nofile: [100, 200], core: Number.POSITIVE_INFINITY } });
    assert.deepEqual(said, ["100", "200", "unlimited", time, nice]);
  });

  it("priority is the program's, and this program keeps its own", async () => {
    const before = os.getPriority();
    assert.equal((await says({ priority: before + 5 })).at(-1), String(before + 5));
    assert.equal(os.getPriority(), before);
    assert.equal((await says({})).at(-1), String(before));
  });

  it("a program that exceeds a limit ends by it", async () => {
    const program = spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore", limits: { cpu: 1, core: 0 } });
    assert.deepEqual(await once(program, "exit"), [null, "SIGKILL"]);
  });

  it("a process object that becomes a program takes them too", async () => {
    const program = ForkProcess.create().become("sh", ["-c", LOOK], { limits: { nofile: 77 } });
    const [said] = await Promise.all([text(program.stdout), once(program, "close")]);
    assert.deepEqual(said.split("\n").slice(0, 2), ["77", "77"]);
  });

  const wrong: unknown[] = [
    { limits: { files: 1 } },
    { limits: { nofile: -1 } },
    { limits: { nofile: 1.5 } },
    { limits: { nofile: [2, 1] } },
    { limits: { nofile: [1] } },
    { limits: { toString: 1 } },
    { limits: 5 },
    { limits: [] },
    { priority: 20 },
    { priority: -21 },
    { priority: 0.5 },
    { priority: "5" },
  ];
  for (const options of wrong)
    it(`${JSON.stringify(options)} is refused`, () => {
      assert.throws(() => spawn("true", options as ResourceOptions), { name: "ForkError", code: "ERR_FORK_ARGUMENT" });
    });
});
