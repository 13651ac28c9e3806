/** Workers that say what is no rpc: they cost their own calls, and are killed. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../../main/index.js";
import { createRpc, type Rpc } from "../../../../main/rpc/index.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { rpcFixture, serve } from "../../../support/rpc.js";

const module = rpcFixture("garbage.mjs");
const RESULT = 0x42;
const STREAM = 0x45;
const ITEM = 0x46;

function frame(
  type: number,
  { id = 0, length, handles = 0 }: { id?: number; length?: number; handles?: number },
  payload = "",
) {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(length ?? payload.length, 0);
  header[4] = type;
  header[5] = handles;
  header.writeUInt32LE(id, 8);
  return Buffer.concat([header, Buffer.from(payload, "latin1")]);
}

const GARBAGE: Record<string, Buffer> = {
  text: Buffer.from("this is no rpc at all, but a line of text\n"),
  zeroes: Buffer.alloc(64),
  "a frame beyond the limit": frame(RESULT, { id: 1, length: 0xffff_ffff }),
  "an answer to a call that was never made": frame(RESULT, { id: 77 }),
  "an item of a stream that never began": frame(ITEM, { id: 77 }),
  "a stream that begins twice": Buffer.concat([frame(STREAM, { id: 1 }), frame(STREAM, { id: 1 })]),
  "a frame that is for workers": frame(0x02, {}),
  "a frame without its descriptors": frame(RESULT, { id: 1, handles: 3 }),
  "an event that is no values": frame(0x44, {}, "\xee"),
  "a failure that is none": frame(0x43, { id: 1 }, "\x00"),
};

/** Loaded before the socket is there, so that it can tell which one it is. */
async function serveGarbage(): Promise<Rpc> {
  const proc = await ForkProcess.create().require(module).ready();
  return createRpc(proc, { module, maxMessageBytes: 1024 * 1024 }).ref();
}

export function garbage(): void {
  suite("garbage", () => {
    forbidLeaks();

    for (const [what, octets] of Object.entries(GARBAGE))
      test(`from a worker: ${what}`, async () => {
        const rpc = await serveGarbage();
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
      const rpc = await serveGarbage();
      await rpc.ready();
      // The worker answers twice then: the second time nobody waits.
      const call = rpc.run("say", [frame(RESULT, { id: 1 }, "\xee")]);
      await assert.rejects(call, { code: "ERR_FORK_SERIALIZE", message: /the result can't be read/ });
      assert.equal(await rpc.run("hello"), "hello");
      await rpc.terminate();
    });

    test("a worker that closes its socket and lives on rejects its calls, and is killed", async () => {
      const rpc = await serveGarbage();
      await assert.rejects(rpc.run("hangUp"), { code: "ERR_FORK_DIED" });
      assert.deepEqual(await rpc.exited, { code: null, signal: "SIGKILL" });
    });

    test("one worker's garbage is nothing to another", async () => {
      await using other = serve();
      const rpc = await serveGarbage();
      await assert.rejects(rpc.run("say", [Buffer.alloc(100)]), { code: "ERR_FORK_PROTOCOL" });
      assert.equal(await other.run("add", [1, 2]), 3);
      await rpc.exited;
    });
  });
}
