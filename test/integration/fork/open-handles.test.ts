/** What a template has open does not keep its workers alive; what they open themselves does. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";

const BUSY = fileURLToPath(new URL("../../../../test/fixtures/fork/busy.mjs", import.meta.url));
const DONE = { code: 0, signal: null };

suite("a template with timers, servers, sockets, watchers and a child", () => {
  forbidLeaks();

  for (const spares of [0, 2])
    test(`its workers end when their functions are done (${spares} spares)`, async () => {
      using template = await Template.start({ modules: [BUSY], spares });
      assert.equal(template.strategy, "fork");
      for (const name of ["quick", "slow", "quick"]) {
        const worker = await template.fork().run(BUSY, name);
        assert.equal(await text(worker.socket), name);
        assert.deepEqual(await worker.exited, DONE);
      }
    });

  test("a fork of a fork ends, too", async () => {
    using template = await Template.start({ modules: [BUSY], spares: 0 });
    const middle = template.fork().eval("setInterval(() => {}, 1000)");
    const worker = await middle.fork().run(BUSY, "slow");
    assert.equal(await text(worker.socket), "slow");
    assert.deepEqual(await worker.exited, DONE);
    middle.close();
  });

  test("a worker may refer to them again", async () => {
    using template = await Template.start({ modules: [BUSY], spares: 0 });
    const worker = await template.fork().run(BUSY, "holding");
    assert.equal(await text(worker.socket), "holding");
    const ended = await Promise.race([worker.exited, new Promise((resolve) => setTimeout(resolve, 300, "lives"))]);
    assert.equal(ended, "lives");
    worker.kill();
    await worker.exited;
  });
});
