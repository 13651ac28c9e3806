/** Workers that say what is no rpc: they cost their own calls, and are killed. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../../main/index.js";
import { createRpc, type Rpc } from "../../../../main/rpc/index.js";
import { frame, GARBAGE, RESULT } from "../../../support/garbage.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { rpcFixture, serve } from "../../../support/rpc.js";

const module = rpcFixture("garbage.mjs");
function serveGarbage(): Rpc {
  return createRpc(ForkProcess.create(), { module, maxMessageBytes: 1024 * 1024 }).ref();
}

export function garbage(): void {
  suite("garbage", () => {
    forbidLeaks();

    for (const [what, octets] of Object.entries(GARBAGE))
      test(`from a worker: ${what}`, async () => {
        const rpc = serveGarbage();
        assert.equal(await rpc.run("hello"), "hello");
        const calls = [rpc.run("hello"), rpc.run("say", [octets])];
        await assert.rejects(calls[1] as Promise<unknown>, {
          code: "ERR_FORK_PROTOCOL",
          message: /^worker \d+ said nonsense: /,
          pid: rpc.pid,
        });
        assert.equal(await calls[0], "hello");
        await assert.rejects(rpc.run("hello"), { code: "ERR_FORK_PROTOCOL" });
        // It is killed, but may see the end of its socket first.
        const { code, signal } = await rpc.exited;
        assert.ok(signal === "SIGKILL" || code === 0, `${code} ${signal}`);
        await rpc.close();
      });

    test("a result that is no value rejects its call alone", async () => {
      const rpc = serveGarbage();
      await rpc.ready();
      // The worker answers twice then: the second time nobody waits.
      const call = rpc.run("say", [frame(RESULT, { id: 1 }, "\xee")]);
      await assert.rejects(call, { code: "ERR_FORK_SERIALIZE", message: /the result can't be read/ });
      assert.equal(await rpc.run("hello"), "hello");
      await rpc.terminate();
    });

    test("a worker that closes its socket and lives on rejects its calls, and is killed", async () => {
      const rpc = serveGarbage();
      await assert.rejects(rpc.run("hangUp"), { code: "ERR_FORK_DIED" });
      assert.deepEqual(await rpc.exited, { code: null, signal: "SIGKILL" });
    });

    test("the garbage of one worker does not disturb another worker", async () => {
      await using other = serve();
      const rpc = serveGarbage();
      await assert.rejects(rpc.run("say", [Buffer.alloc(100)]), { code: "ERR_FORK_PROTOCOL" });
      assert.equal(await other.run("add", [1, 2]), 3);
      await rpc.exited;
    });
  });
}
