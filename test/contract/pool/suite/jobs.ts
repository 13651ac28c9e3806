/** run(): from a call to its result. */
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import { suite, test } from "node:test";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { linesOf, nextEvent, rejectionOf, shareTemplate, testPool } from "../../../support/pools.js";
import { temporaryFile } from "../../../support/temporary.js";
import { until } from "../../../support/until.js";

export function jobs({ addon }: Configuration): void {
  suite("jobs", () => {
    shareTemplate();
    forbidLeaks();

    test("a job's result comes back, by name and as a method", async (t) => {
      const pool = testPool(t);
      assert.equal(await pool.run("add", [1, 2]), 3);
      assert.deepEqual(await pool.api["echo"]?.({ map: new Map([[1, new Date(0)]]) }), {
        map: new Map([[1, new Date(0)]]),
      });
      assert.notEqual(await pool.run("pid"), process.pid);
      await pool.close();
    });

    test("what a job throws is thrown to its caller, and its worker goes on", async (t) => {
      const pool = testPool(t, { max: 1 });
      const pid = await pool.run("pid");
      const error = await rejectionOf(pool.run("fail", ["bad luck"]));
      assert.ok((error as Error) instanceof RangeError);
      assert.deepEqual([error.message, error.code, (error.cause as Error).message], ["bad luck", "E_FAILED", "why"]);
      assert.match(error.stack ?? "", /jobs\.mjs/);
      assert.equal(await pool.run("pid"), pid);
      await pool.close();
    });

    test("arguments and results that can't be sent cost that job alone", async (t) => {
      const pool = testPool(t, { max: 1 });
      const pid = await pool.run("pid");
      await assert.rejects(pool.run("echo", [() => {}]), { code: "ERR_FORK_SERIALIZE" });
      await assert.rejects(pool.run("unsendable"), { code: "ERR_FORK_SERIALIZE" });
      await assert.rejects(pool.run("no such function"), { code: "ERR_FORK_FUNCTION", message: /no such function/ });
      assert.equal(await pool.run("pid"), pid);
      await pool.close();
    });

    test("jobs are begun in their order, those with a higher priority first", async (t) => {
      const pool = testPool(t, { max: 1 });
      const order: string[] = [];
      const add = async (name: string, priority?: number) => {
        await pool.run("sleep", [1], priority === undefined ? {} : { priority });
        order.push(name);
      };
      await Promise.all([
        add("first"),
        add("second"),
        add("low", -1),
        add("high", 10),
        add("third"),
        add("higher", 11),
      ]);
      assert.deepEqual(order, ["higher", "high", "first", "second", "third", "low"]);
      await pool.close();
    });

    test("streams hold their place in the worker until they have ended", async (t) => {
      const pool = testPool(t, { max: 1 });
      const numbers = (await pool.run("numbers", [100])) as AsyncIterable<number>;
      const next = pool.run("pid");
      assert.equal(pool.stats().running, 1);
      const seen: number[] = [];
      for await (const number of numbers) seen.push(number);
      assert.equal(seen.length, 100);
      await next;
      await pool.close();
    });

    test("a stream that is left before its end gives its place back", async (t) => {
      const pool = testPool(t, { max: 1 });
      for await (const number of (await pool.run("numbers", [1e9])) as AsyncIterable<number>) if (number === 3) break;
      assert.equal(await pool.run("add", [1, 1]), 2);
      await pool.close();
    });

    test("handles travel to a worker and back", { skip: !addon && "handles need the addon" }, async (t) => {
      const pool = testPool(t, { max: 1 });
      const server = net.createServer((socket) => socket.pipe(socket)).listen(0);
      await once(server, "listening");
      const socket = net.connect((server.address() as net.AddressInfo).port);
      await once(socket, "connect");
      const back = (await pool.run("echo", [socket])) as net.Socket;
      socket.destroy();
      back.write("hello");
      const [data] = await once(back, "data");
      assert.equal(String(data), "hello");
      back.destroy();
      server.close();
      await once(server, "close");
      await pool.close();
    });

    test("events of workers are told, with the worker's pid", async (t) => {
      const pool = testPool(t, { max: 1 });
      const told = nextEvent(pool, "event");
      await pool.run("tell", ["progress", 1, { of: 2 }]);
      const event = await told;
      assert.deepEqual(event, { name: "progress", args: [1, { of: 2 }], pid: await pool.run("pid") });
      await pool.close();
    });

    test("aborting a job that waits takes it out of the queue", async (t) => {
      const pool = testPool(t, { max: 1 });
      const file = temporaryFile(t);
      const blocker = pool.run("waitForFile", [file]);
      const abort = new AbortController();
      const doomed = pool.run("waitForFile", [`${file}.never`], { signal: abort.signal });
      await until(() => linesOf(file).length > 0, "the first job");
      abort.abort(new Error("not needed"));
      await assert.rejects(doomed, { name: "AbortError", cause: new Error("not needed") });
      assert.equal(pool.stats().queued, 0);
      fs.writeFileSync(`${file}.go`, "");
      await blocker;
      assert.deepEqual(linesOf(`${file}.never`), []);
      await pool.close();
    });

    test("a signal that was aborted before gives no job to anybody", async (t) => {
      const pool = testPool(t);
      await assert.rejects(pool.run("pid", [], { signal: AbortSignal.abort() }), { name: "AbortError" });
      assert.equal(pool.stats().started, 0);
      await pool.close();
    });

    test("a job that runs sees that it was aborted, and its worker goes on", async (t) => {
      const pool = testPool(t, { max: 1 });
      const file = temporaryFile(t);
      const pid = await pool.run("pid");
      const abort = new AbortController();
      const job = pool.run("untilAborted", [file], { signal: abort.signal });
      await until(() => linesOf(file)[0] === "started", "the job");
      abort.abort();
      await assert.rejects(job, { name: "AbortError" });
      await until(() => linesOf(file)[0] === "aborted", "the job's own end");
      assert.equal(await pool.run("pid"), pid);
      await pool.close();
    });

    test("ten thousand jobs may share one signal", async (t) => {
      const pool = testPool(t, { load: 4 });
      const abort = new AbortController();
      const { signal } = abort;
      const results = Array.from({ length: 10_000 }, () => pool.run("sleep", [1000], { signal }));
      const settled = Promise.allSettled(results);
      abort.abort();
      assert.ok((await settled).every(({ status }) => status === "rejected"));
      assert.equal(pool.stats().queued, 0);
      await pool.terminate();
    });

    test("counts and times are kept", async (t) => {
      const pool = testPool(t, { max: 1 });
      await Promise.allSettled([pool.run("sleep", [20]), pool.run("fail", ["x"]), pool.run("pid")]);
      const { completed, failed, queued, running, started, workers, waitTimes, runTimes } = pool.stats();
      assert.deepEqual([completed, failed, queued, running, started], [2, 1, 0, 0, 1]);
      assert.deepEqual([workers[0]?.jobs, workers[0]?.state, waitTimes.count, runTimes.count], [3, "ready", 3, 3]);
      assert.ok(runTimes.max >= 19_000, `${runTimes.max} microseconds`);
      assert.ok((workers[0]?.startMs ?? 0) > 0);
      await pool.close();
    });
  });
}
