/** How the failure of a template is told: once, to whoever asked. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Template } from "../../../main/index.js";

const FIXTURES = fileURLToPath(new URL("../../../../test/fixtures/template", import.meta.url));

test("a failure that a fork was told of is not repeated as a warning, nor by the template", () => {
  for (let round = 0; round < 5; round++) {
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(FIXTURES, "missing-module.mjs")], {
      encoding: "utf8",
    });
    assert.deepEqual([stdout, stderr], ["ERR_FORK_REQUIRE\n", ""]);
  }
});

test("a template that is killed with commands unread died, whatever became of its channel", async () => {
  const template = await Template.start({ name: "killed" });
  process.kill(template.pid as number, "SIGSTOP");
  const asked = template.ready();
  await new Promise((resolve) => setImmediate(resolve));
  process.kill(template.pid as number, "SIGKILL");
  await assert.rejects(asked, { code: "ERR_FORK_DIED", signal: "SIGKILL" });
  template.close();
});
