/** Templates whose work is less urgent than this program's. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { until } from "../../support/until.js";

const GROUP = "/proc/self/autogroup";
/** Other kernels share the processors out among processes alone. */
const hasGroups = fs.existsSync(GROUP);
const PRIORITY = 7;

interface Seen {
  priority: number;
  group: string;
}

async function seenBy(template: Template): Promise<Seen> {
  const worker = await template
    .fork()
    .eval(
      `function look(socket) {
        const group = ${hasGroups} ? require("node:fs").readFileSync("${GROUP}", "utf8") : "";
        socket.end(JSON.stringify({ priority: require("node:os").getPriority(), group }));
      }`,
    )
    .run("look");
  const seen = JSON.parse(await text(worker.socket)) as Seen;
  await worker.exited;
  return seen;
}

suite("a template with a priority", () => {
  forbidLeaks();

  for (const strategy of ["fork", "exec"] as const)
    test(`a template's priority is that of its workers and of their session (${strategy})`, async () => {
      using template = await Template.start({ priority: PRIORITY, strategy });
      assert.equal(os.getPriority(template.pid), PRIORITY);
      const { priority, group } = await until(async () => {
        const seen = await seenBy(template);
        // Without privileges the kernel may take it a moment later.
        return (!hasGroups || seen.group.includes(`nice ${PRIORITY}`)) && seen;
      }, "the session's priority");
      assert.equal(priority, PRIORITY);
      if (hasGroups) assert.notEqual(group.split(" ")[0], fs.readFileSync(GROUP, "utf8").split(" ")[0]);
    });

  test("leaves that of this program as it is", async () => {
    const group = () => (hasGroups ? fs.readFileSync(GROUP, "utf8") : "");
    const before = [os.getPriority(), group()];
    using template = await Template.start({ priority: PRIORITY });
    assert.equal(os.getPriority(template.pid), PRIORITY);
    assert.deepEqual([os.getPriority(), group()], before);
  });
});
