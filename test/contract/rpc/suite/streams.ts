/** Results that are streams. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ForkError } from "../../../../main/index.js";
import type { OpenFile } from "../../../../main/rpc/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { growing } from "../../../support/growing.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { collect, nextEvent, rpcFixturePath, serve } from "../../../support/rpc.js";
import { until } from "../../../support/until.js";

type Stream = AsyncIterableIterator<unknown>;

interface Progress {
  produced: number;
  returned: number;
}

/** The most that may have been produced and not consumed. */
const WINDOW_ITEMS = 64;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

export function streams({ addon }: Configuration): void {
  suite("streams", () => {
    forbidLeaks();

    test("an asynchronous iterable arrives as one, whole and in order", async () => {
      await using rpc = serve();
      const items = await collect(await rpc.run("items", [1000]));
      assert.deepEqual(
        items,
        Array.from({ length: 1000 }, (_, n) => n),
      );
      assert.deepEqual(await collect(await rpc.run("items", [0])), []);
    });

    test("generators, iterators, iterators of promises, and streams of Node and of the web arrive as streams", async () => {
      await using rpc = serve();
      assert.deepEqual(await collect(await rpc.run("itemsAtOnce", [3])), [0, 1, 2]);
      assert.deepEqual(await collect(await rpc.run("promises")), [1, 2]);
      assert.deepEqual(await collect(await rpc.run("entries")), [
        ["a", 1],
        ["b", 2],
      ]);
      const text = async (name: string, ...args: unknown[]) =>
        Buffer.concat((await collect(await rpc.run(name, args))) as Uint8Array[]).toString();
      assert.equal(await text("webStream"), "from a blob");
      assert.match(await text("readFile", rpcFixturePath("worker.mjs")), /^\/\/ Functions that tests call/);
    });

    test("a reader that stops ends the generator: its `finally` runs", async () => {
      await using rpc = serve();
      const returned = nextEvent(rpc, "returned");
      for await (const item of (await rpc.run("items", [1_000_000])) as Stream) if (item === 10) break;
      await returned;
      const { produced } = (await rpc.run("progress")) as Progress;
      assert.ok(produced <= 11 + WINDOW_ITEMS, `${produced} were produced`);
    });

    test("a slow reader slows the producer", async () => {
      await using rpc = serve();
      const stream = (await rpc.run("items", [10_000])) as Stream;
      for (let read = 1; read <= 200; read++) {
        await stream.next();
        if (read % 50 !== 0) continue;
        const { produced } = (await rpc.run("progress")) as Progress;
        assert.ok(produced >= read && produced <= read + WINDOW_ITEMS, `${produced} were produced, ${read} read`);
      }
      await stream.return?.();
    });

    test("a slow reader of large items keeps the memory of both sides flat", async () => {
      await using rpc = serve();
      const MEGABYTE = 1024 * 1024;
      const stream = (await rpc.run("items", [400, MEGABYTE])) as Stream;
      let most = 0;
      let items = 0;
      for await (const item of stream) {
        assert.deepEqual([(item as Buffer).length, (item as Buffer)[5]], [MEGABYTE, items++ % 256]);
        if (items % 20 !== 0) continue;
        const { produced } = (await rpc.run("progress")) as Progress;
        assert.ok(produced - items <= 3, `${produced} were produced, ${items} read`);
        collectGarbage();
        most = Math.max(most, process.memoryUsage().arrayBuffers);
      }
      assert.equal(items, 400);
      assert.ok(most < 100 * MEGABYTE, `${most} bytes of buffers`);
    });

    test("two streams and calls go on side by side", async () => {
      await using rpc = serve();
      const [one, other] = (await Promise.all([rpc.run("items", [500]), rpc.run("itemsAtOnce", [500])])) as Stream[];
      const [first, second, sum] = await Promise.all([collect(one), collect(other), rpc.run("add", [1, 2])]);
      assert.deepEqual([first.length, second.length, sum], [500, 500, 3]);
    });

    test("a stream that throws gives its items first, then the error, once", async () => {
      await using rpc = serve();
      const stream = (await rpc.run("failAfter", [3])) as Stream;
      const seen: unknown[] = [];
      await assert.rejects(
        async () => {
          for await (const item of stream) seen.push(item);
        },
        { name: "RangeError", message: "the stream broke" },
      );
      assert.deepEqual(seen, [0, 1, 2]);
      assert.deepEqual(await stream.next(), { done: true, value: undefined });
    });

    test("an item that can't be sent ends its stream, and the generator's `finally` runs", async () => {
      await using rpc = serve();
      const stream = (await rpc.run("unserializableItem")) as Stream;
      assert.deepEqual(await stream.next(), { done: false, value: 1 });
      await assert.rejects(stream.next(), { code: "ERR_FORK_SERIALIZE" });
      assert.equal(((await rpc.run("progress")) as Progress).returned, 1);
    });

    test("aborting ends a stream for both sides", async () => {
      await using rpc = serve();
      const controller = new AbortController();
      const aborted = nextEvent(rpc, "aborted");
      const stream = (await rpc.run("untilAbortedStream", [], { signal: controller.signal })) as Stream;
      assert.deepEqual(await stream.next(), { done: false, value: "begun" });
      const next = stream.next();
      controller.abort();
      await assert.rejects(next, { name: "AbortError" });
      assert.deepEqual(await aborted, [true]);
      assert.deepEqual(await stream.next(), { done: true, value: undefined });
    });

    test("a timeout is for the promise: a stream that has begun may take its time", async () => {
      await using rpc = serve();
      await rpc.ready();
      await growing(50, async (timeout) => {
        const stream = await rpc.run("items", [5], { timeout }).catch((error: ForkError) => {
          if (error.code !== "ERR_FORK_TIMEOUT") throw error;
        });
        if (stream === undefined) return false;
        // Timers of one program go off in their order: that of the call would have by then.
        await new Promise((resolve) => setTimeout(resolve, timeout));
        assert.equal((await collect(stream)).length, 5);
        return true;
      });
    });

    test("a worker that dies in the middle rejects the reader, after the items that came", async () => {
      await using rpc = serve();
      const stream = (await rpc.run("exitAfter", [3])) as Stream;
      for (const value of [0, 1, 2]) assert.deepEqual(await stream.next(), { done: false, value });
      await assert.rejects(stream.next(), { code: "ERR_FORK_DIED", exitCode: 7 });
    });

    test("a stream that nobody holds any more ends in the worker, too", async () => {
      await using rpc = serve();
      const returned = nextEvent(rpc, "returned").then(() => {
        over = true;
      });
      let over = false;
      await (async () => ((await rpc.run("items", [1_000_000])) as Stream).next())();
      await until(() => {
        collectGarbage();
        return over;
      }, "the end of a forgotten stream");
      await returned;
    });

    test("a stream that only its waiting reader holds is not forgotten", async () => {
      await using rpc = serve();
      const first = (async () => ((await rpc.run("waitThenYield")) as Stream).next())();
      await rpc.ready();
      for (let i = 0; i < 10; i++) {
        await rpc.run("sleep", [1]);
        collectGarbage();
      }
      rpc.emit("go");
      assert.deepEqual(await first, { done: false, value: "late" });
    });

    test("handles among the items arrive, and those that are not read are closed", { skip: !addon }, async () => {
      await using rpc = serve();
      const file = rpcFixturePath("worker.mjs");
      for (const read of [5, 2]) {
        const stream = (await rpc.run("streamFiles", Array(5).fill(file))) as AsyncIterableIterator<OpenFile>;
        for (let i = 0; i < read; i++) {
          const { value } = await stream.next();
          assert.ok(value.fd > 2);
          value.close();
        }
        await stream.return?.();
      }
      await rpc.run("add", [1, 2]);
    });
  });
}
