/** Under Node's permission model processes may no more than the program. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { collect } from "../../../main/base/permission.js";
import { fixturePath } from "../../support/fixtures.js";
import { runProgram } from "../../support/program.js";

const MODEL = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const READ = `--allow-fs-read=${ROOT}*`;
const RESTRICTED = {
  restricted: true,
  read: "done",
  forbidden: "ERR_ACCESS_DENIED",
  write: "ERR_ACCESS_DENIED",
  threads: "ERR_ACCESS_DENIED",
};

async function told(...flags: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await runProgram("../rights/restricted.mjs", {
    execArgv: ["--no-warnings", MODEL, READ, ...flags],
  });
  assert.equal(fs.existsSync(fixturePath("../rights/escaped")), false);
  return JSON.parse(stdout);
}

describe("under Node's permission model", () => {
  for (const flags of [[], ["--allow-addons"]])
    test(`no process is started without --allow-child-process, ${flags.join() || "as with child_process"}`, async () => {
      const { forked, template, fresh, pool } = await told(...flags);
      const denied = "ERR_ACCESS_DENIED";
      assert.deepEqual(
        { forked, template, fresh, pool },
        { forked: denied, template: denied, fresh: denied, pool: denied },
      );
    });

  test("processes are restricted as the program is, forked or not, whatever their environment", async () => {
    const { forked, template, fresh, pool, strategy } = await told("--allow-child-process", "--allow-addons");
    assert.deepEqual([forked, template, fresh], [RESTRICTED, RESTRICTED, RESTRICTED]);
    assert.deepEqual([pool, strategy], ["ERR_ACCESS_DENIED", "fork"]);
  });

  test("without --allow-addons they are fresh runtimes, which says why", async () => {
    const { forked, template, fresh, pool, strategy, reason } = await told("--allow-child-process");
    assert.deepEqual([forked, template, fresh], [RESTRICTED, RESTRICTED, RESTRICTED]);
    assert.deepEqual([pool, strategy], ["ERR_ACCESS_DENIED", "exec"]);
    assert.match(String(reason), /--allow-addons/);
  });

  test("flags are handed on by what they mean here", () => {
    const words = [
      "--permission",
      "--inspect",
      "--allow-fs-read",
      "data",
      "--allow-natives-syntax",
      "--allow-fs-write=*",
    ];
    assert.deepEqual(collect([...words, "--allow-worker", "--permission"]), [
      "--permission",
      `--allow-fs-read=${process.cwd()}/data`,
      "--allow-fs-write=*",
      "--allow-worker",
    ]);
  });
});
