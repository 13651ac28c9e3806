/** What loading modules leaves behind in V8's heap is the template's affair, and not that of every worker. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import type { HeapSpaceInfo } from "node:v8";
import { Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";

const LITTERS = new URL("../../../../test/fixtures/template/litters.cjs", import.meta.url);
const REPORT =
  'globalThis.report = (socket) => socket.end(JSON.stringify(require("node:v8").getHeapSpaceStatistics()));';
/** V8 begins with 1 MB, and makes it up to 16 times as large. */
const SMALL_BYTES = 2 ** 21;

suite("a template whose modules made V8 collect", () => {
  forbidLeaks();

  test("gives its workers a space for young objects that is small again, and nothing that it has dropped", async () => {
    const template = await Template.start({ spares: 0, modules: [LITTERS] });
    assert.equal(template.strategy, "fork");
    const worker = await template.fork().eval(REPORT).run("report");
    const spaces = JSON.parse(await text(worker.socket)) as HeapSpaceInfo[];
    const space = (name: string) => spaces.find((each) => each.space_name === name) as HeapSpaceInfo;
    assert.ok(space("new_space").space_size <= SMALL_BYTES, JSON.stringify(space("new_space")));
    const { space_used_size, physical_space_size } = space("old_space");
    assert.ok(physical_space_size < 1.3 * space_used_size, JSON.stringify(space("old_space")));
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
    template.close();
  });
});
