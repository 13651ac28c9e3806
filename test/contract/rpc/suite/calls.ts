/** Calls and their results. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../../main/index.js";
import { createRpc } from "../../../../main/rpc/index.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { rpcFixture, serve } from "../../../support/rpc.js";
import { temporaryFile } from "../../../support/temporary.js";

interface WorkerModule {
  add(a: number, b: number): number;
  addLater(a: bigint, b: bigint): Promise<bigint>;
  default(): number;
}

export function calls(): void {
  suite("calls", () => {
    forbidLeaks();

    test("every exported function can be called, whether it is asynchronous or not", async () => {
      await using rpc = createRpc<WorkerModule>(ForkProcess.create(), { module: rpcFixture("worker.mjs") });
      assert.equal(await rpc.api.add(1, 2), 3);
      assert.equal(await rpc.api.addLater(1n, 2n), 3n);
      assert.equal(await rpc.run("add", [3, 4]), 7);
      assert.equal(await rpc.api.default(), rpc.pid);
      assert.notEqual(rpc.pid, process.pid);
    });

    test("calls can be made before the worker is there", async () => {
      await using rpc = serve();
      const sums = [rpc.run("add", [1, 1]), rpc.run("add", [2, 2])];
      assert.equal(rpc.pid, undefined);
      assert.deepEqual(await Promise.all(sums), [2, 4]);
    });

    test("ten thousand calls at once are all answered, each with its own result", async () => {
      await using rpc = serve();
      const numbers = Array.from({ length: 10_000 }, (_, n) => n);
      const sums = await Promise.all(numbers.map((n) => rpc.run(n % 2 ? "add" : "addLater", [n, 1])));
      assert.deepEqual(
        sums,
        numbers.map((n) => n + 1),
      );
    });

    test("what settles twice is answered once", async () => {
      await using rpc = serve();
      assert.equal(await rpc.run("settleTwice", ["first", "second"]), "first");
      assert.equal(await rpc.run("add", [1, 2]), 3);
    });

    test("a slow call holds up none that comes later", async () => {
      await using rpc = serve();
      const order: unknown[] = [];
      await Promise.all([
        rpc.run("nextEvent", ["go"]).then((args) => order.push(args)),
        rpc.run("add", [1, 2]).then((sum) => {
          order.push(sum);
          rpc.emit("go");
        }),
      ]);
      assert.deepEqual(order, [3, []]);
    });

    test("a slow synchronous function holds up no result of an earlier call", async (t) => {
      await using rpc = serve();
      await rpc.ready();
      const file = temporaryFile(t);
      const first = rpc.run("spin", [20]);
      const second = rpc.run("blockUntil", [file]);
      assert.equal(await first, 20);
      fs.writeFileSync(file, "");
      assert.equal(await second, "released");
    });

    test("values arrive as structured clone would have them", async () => {
      await using rpc = serve();
      const shared = { n: 1 };
      const sparse = Object.assign([], { 0: 1, 2: 3 });
      const cyclic: Record<string, unknown> = { shared, again: shared };
      cyclic["self"] = cyclic;
      const values = [
        ...[
          undefined,
          null,
          true,
          -0,
          Number.NaN,
          2 ** 40,
          "",
          "grün 🍏",
          "lone \ud800",
          123456789012345678901234567890n,
        ],
        ...[new Date(5), /x/giu, new Map([[{ key: 1 }, new Set([1])]]), sparse, new Uint16Array([1, 65535])],
        ...[new Uint8Array([1, 2]), new ArrayBuffer(3), new DataView(new ArrayBuffer(2)), Object(1), cyclic],
        { a: [{ b: "c" }], undefined: undefined },
      ];
      const echoed = (await rpc.run("echo", values)) as unknown[];
      assert.deepEqual(echoed, structuredClone(values));
      const received = echoed.at(-2) as Record<string, unknown>;
      assert.equal(received["self"], received);
      assert.equal(received["shared"], received["again"]);
    });

    test("what occurs in two arguments arrives as one", async () => {
      await using rpc = serve();
      const shared = { n: 1 };
      const [one, other] = (await rpc.run("echo", [shared, [shared]])) as [object, object[]];
      assert.equal(one, other[0]);
    });

    test("Buffers arrive as Buffers, large and small, alone and inside of objects, unharmed", async () => {
      await using rpc = serve();
      for (const bytes of [0, 1, 1000, 16_383, 16_384, 100_000, 5_000_000]) {
        const sent = randomBytes(bytes);
        const [alone, { inside }] = (await rpc.run("echo", [sent, { inside: sent }])) as [Buffer, { inside: Buffer }];
        assert.ok(Buffer.isBuffer(alone) && Buffer.isBuffer(inside));
        assert.ok(alone.equals(sent) && inside.equals(sent), `${bytes} bytes were harmed`);
      }
    });

    test("arguments are taken when the call is made: changing them later changes nothing", async () => {
      await using rpc = serve();
      const octets = Buffer.alloc(4_000_000, 1);
      const object = { n: 1 };
      const call = rpc.run("echo", [octets, object]);
      octets.fill(2);
      object.n = 2;
      const [received, clone] = (await call) as [Buffer, object];
      assert.ok(received.equals(Buffer.alloc(4_000_000, 1)));
      assert.deepEqual(clone, { n: 1 });
    });

    test("many large Buffers both ways at once neither stall nor mix", async () => {
      await using rpc = serve();
      const sent = Array.from({ length: 12 }, () => randomBytes(3_000_000));
      const received = (await Promise.all(sent.map((octets) => rpc.run("echo", [octets])))) as Buffer[][];
      for (const [index, [octets]] of received.entries()) assert.ok((octets as Buffer).equals(sent[index] as Buffer));
    });
  });
}
