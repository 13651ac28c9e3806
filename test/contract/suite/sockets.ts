/** The socket between a parent and its worker. */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { buffer, text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { idle, WORKERS } from "../../support/workers.js";

const LARGE_BYTES = 48 * 1024 * 1024;

export function sockets(): void {
  suite("sockets", () => {
    forbidLeaks();

    test("carry large data both ways at once, unharmed", async () => {
      const worker = await ForkProcess.create().run(WORKERS);
      const sent = randomBytes(LARGE_BYTES);
      worker.socket.end(sent);
      const received = await buffer(worker.socket);
      const digest = (bytes: Buffer) => createHash("sha1").update(bytes).digest("hex");
      assert.equal(digest(received), digest(sent));
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    });

    test("what the worker wrote before it ended is not lost", async () => {
      const proc = ForkProcess.create().eval("function fill(s) { s.end(Buffer.alloc(5_000_000, 'x')) }");
      const worker = await proc.run("fill");
      assert.equal((await text(worker.socket)).length, 5_000_000);
      await worker.exited;
    });

    test("what the worker wrote can be read when it has long ended", async () => {
      const worker = await ForkProcess.create().run(WORKERS, "tell");
      await worker.exited;
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(await text(worker.socket), "[]");
    });

    test("what comes from a worker belongs to the asynchronous context of whoever started it", async () => {
      const storage = new AsyncLocalStorage<number>();
      const seen: unknown[] = [];
      const start = async () => {
        const worker = await ForkProcess.create().run(WORKERS, "tell");
        for (const event of ["data", "end", "close"])
          worker.socket.on(event, () => seen.push(`${event} ${storage.getStore()}`));
        await Promise.all([worker.exited, once(worker.socket, "close")]);
        seen.push(`exited ${storage.getStore()}`);
      };
      for (let turn = 0; turn < 3; turn++) await storage.run(turn, start);
      const expected = [0, 1, 2].flatMap((turn) =>
        ["data", "end", "close", "exited"].map((event) => `${event} ${turn}`),
      );
      assert.deepEqual(seen, expected);
    });

    test("end when the worker ends, however it does", async () => {
      const worker = await idle(ForkProcess.create());
      worker.kill("SIGKILL");
      worker.socket.resume();
      await once(worker.socket, "close");
      await worker.exited;
    });

    test("the worker sees the end of a destroyed socket", async () => {
      const worker = await idle(ForkProcess.create());
      worker.socket.destroy();
      assert.deepEqual(await worker.exited, { code: 0, signal: null });
    });

    test("sockets are each worker's own: a sibling does not keep another's open", async () => {
      await using sibling = await idle(ForkProcess.create());
      const worker = await idle(ForkProcess.create());
      await using later = await idle(ForkProcess.create());
      worker.kill("SIGKILL");
      assert.equal(await text(worker.socket), "");
      assert.deepEqual([sibling.exitCode, later.exitCode], [null, null]);
      await worker.exited;
    });
  });
}
