/** Serialisers in place of structured clone. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../../main/index.js";
import { type CustomSerializer, createRpc, OpenFile, type Rpc } from "../../../../main/rpc/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { collect, nextEvent, rpcFixture, rpcFixturePath, serve } from "../../../support/rpc.js";

const { serialize, deserialize, broken } = await import(rpcFixture("serializer.mjs").href);

function serveWith(serializer: "json" | Partial<CustomSerializer>): Rpc {
  return serve("worker.mjs", {
    serializer:
      serializer === "json"
        ? serializer
        : { serialize, deserialize, module: rpcFixture("serializer.mjs"), ...serializer },
  });
}

export function serializers({ addon }: Configuration): void {
  suite("serializers", () => {
    forbidLeaks();

    test("json: values are what JSON makes of them", async () => {
      await using rpc = serveWith("json");
      const values = [1, "two", { three: [4] }, new Date(0), undefined, null, Number.NaN];
      assert.deepEqual(await rpc.run("echo", values), JSON.parse(JSON.stringify(values)));
      await assert.rejects(rpc.run("echo", [5n]), { code: "ERR_FORK_SERIALIZE", message: /BigInt/ });
      await assert.rejects(rpc.run("unserializable", ["cyclic"]), { code: "ERR_FORK_SERIALIZE" });
      await assert.rejects(rpc.run("echo", [() => {}]), { code: "ERR_FORK_SERIALIZE", message: /is no JSON/ });
      assert.equal(await rpc.run("nothing"), undefined);
      await assert.rejects(rpc.run("fail"), { name: "RangeError", code: "E_X" });
    });

    test("one's own: for arguments, results, items and events, but not for names", async () => {
      await using rpc = serveWith({});
      assert.equal(await rpc.run("show", ["a"]), "[ 'a' ]");
      assert.deepEqual(await collect(await rpc.run("characters", ["ab"])), ["a", "b"]);
      const event = nextEvent(rpc, "ping");
      rpc.emit("pong", "ball");
      await rpc.run("show", []);
      assert.deepEqual(await event, ["ball"]);
    });

    test("one's own: what it throws rejects that call alone, on either side", async () => {
      await using rpc = serveWith({});
      await assert.rejects(rpc.run("show", [5]), {
        code: "ERR_FORK_SERIALIZE",
        message: "the arguments of 'show' can't be sent: only strings, not number",
      });
      await assert.rejects(rpc.run("default"), {
        code: "ERR_FORK_SERIALIZE",
        message: /^the result can't be sent: only/,
      });
      await assert.rejects(rpc.run("fail"), { name: "RangeError", code: "E_X" });
      assert.equal(await rpc.run("show", ["a"]), "[ 'a' ]");
    });

    test("a serializer that does not fit the other side's rejects that call alone", async () => {
      await using rpc = serveWith({ serialize: (value) => Buffer.from(String(value)) });
      await assert.rejects(rpc.run("show", ["a"]), {
        code: "ERR_FORK_SERIALIZE",
        message: "the worker could not read the arguments: not made by serialize()",
      });
      await using other = serveWith({
        deserialize() {
          throw new RangeError("unreadable");
        },
      });
      await assert.rejects(other.run("show", ["a"]), {
        code: "ERR_FORK_SERIALIZE",
        message: "the result can't be read: unreadable",
      });
      const stream = (await other.run("characters", ["ab"])) as AsyncIterator<unknown>;
      await assert.rejects(stream.next(), { code: "ERR_FORK_SERIALIZE", message: /unreadable/ });
      await using third = serveWith(broken);
      await assert.rejects(third.run("show", ["a"]), {
        code: "ERR_FORK_SERIALIZE",
        message: /no Uint8Array but string/,
      });
    });

    test("a module that exports no serialiser, or is missing, rejects ready() and all calls", async () => {
      for (const name of ["garbage.mjs", "missing.mjs"]) {
        const rpc = serveWith({ module: rpcFixture(name) });
        const call = rpc.run("show", ["a"]);
        await assert.rejects(rpc.ready(), { code: "ERR_FORK_INIT" });
        await assert.rejects(call, { code: "ERR_FORK_INIT" });
      }
    });

    test("handles travel beside it", { skip: !addon }, async () => {
      await using rpc = createRpc(ForkProcess.create(), { module: rpcFixture("worker.mjs"), serializer: "json" });
      const [count, file] = (await rpc.run("openFiles", [rpcFixturePath("worker.mjs")])) as [number, OpenFile];
      assert.equal(count, 1);
      assert.ok(file instanceof OpenFile);
      file.close();
    });
  });
}
