/** Time, memory and silence. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { suite, test } from "node:test";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { linesOf, nextEvent, rejectionOf, shareTemplate, temporaryFile, testPool } from "../../../support/pools.js";
import { until } from "../../../support/until.js";

const MEGABYTE = 2 ** 20;

export function limits(_: Configuration): void {
  suite("limits", () => {
    shareTemplate();
    forbidLeaks();

    test("a job above its timeout is killed with its worker, even when it hangs in a loop", async (t) => {
      const pool = testPool(t, { max: 1 });
      const pid = (await pool.run("pid")) as number;
      const exited = nextEvent(pool, "exit");
      await assert.rejects(pool.run("hang", [], { timeout: 50 }), { code: "ERR_FORK_TIMEOUT", pid });
      const exit = await exited;
      assert.deepEqual([exit.pid, exit.signal], [pid, "SIGKILL"]);
      assert.notEqual(await pool.run("pid"), pid);
      await pool.close();
    });

    test("the other jobs of that worker are tried again elsewhere, although they have no retries", async (t) => {
      const pool = testPool(t, { max: 1, load: 2 });
      const file = temporaryFile(t);
      const other = pool.run("waitForFile", [file]);
      await until(() => linesOf(file).length === 1, "the other job");
      await assert.rejects(pool.run("never", [], { timeout: 50 }), { code: "ERR_FORK_TIMEOUT" });
      await until(() => linesOf(file).length === 2, "its second try");
      fs.writeFileSync(`${file}.go`, "");
      assert.equal(await other, Number(linesOf(file)[1]));
      assert.notEqual(linesOf(file)[0], linesOf(file)[1]);
      await pool.close();
    });

    test("the pool's `timeout` is for jobs without one of their own; the time in the queue does not count", async (t) => {
      const pool = testPool(t, { max: 1, timeout: 1000 });
      await Promise.all(Array.from({ length: 6 }, () => pool.run("sleep", [200])));
      await assert.rejects(pool.run("never"), { code: "ERR_FORK_TIMEOUT" });
      await assert.rejects(pool.run("never", [], { timeout: 10 }), { message: /more than 10 ms/ });
      assert.equal(typeof (await pool.run("sleep", [1100], { timeout: 0 })), "number");
      await pool.close();
    });

    test("a stream that takes longer than the timeout ends with it", async (t) => {
      const pool = testPool(t, { max: 1 });
      const numbers = (await pool.run("numbers", [1e9, 1], { timeout: 100 })) as AsyncIterable<number>;
      await assert.rejects(
        async () => {
          for await (const _ of numbers);
        },
        { code: "ERR_FORK_TIMEOUT" },
      );
      await pool.close();
    });

    test("a job that goes on after it was aborted is killed after `abortGrace`", async (t) => {
      const pool = testPool(t, { max: 1, abortGrace: 50 });
      const pid = await pool.run("pid");
      const abort = new AbortController();
      const job = pool.run("hang", [], { signal: abort.signal });
      await until(() => pool.stats().running === 1, "the job");
      abort.abort();
      await assert.rejects(job, { name: "AbortError" });
      assert.notEqual(await pool.run("pid"), pid);
      await pool.close();
    });

    test("but not before the other jobs of its worker are done", async (t) => {
      const pool = testPool(t, { max: 1, load: 2, abortGrace: 1 });
      const file = temporaryFile(t);
      const other = pool.run("waitForFile", [file]);
      const abort = new AbortController();
      const job = pool.run("never", [], { signal: abort.signal });
      await until(() => linesOf(file).length === 1 && pool.stats().running === 2, "both jobs");
      abort.abort();
      await assert.rejects(job, { name: "AbortError" });
      await until(() => pool.stats().workers[0]?.state === "retiring", "the worker to retire");
      const exited = nextEvent(pool, "exit");
      fs.writeFileSync(`${file}.go`, "");
      assert.equal(await other, Number(linesOf(file)[0]));
      assert.equal((await exited).signal, "SIGKILL");
      await pool.close();
    });

    test("with an `abortGrace` of Infinity an aborted job keeps its place until it ends", async (t) => {
      const pool = testPool(t, { max: 1, abortGrace: Number.POSITIVE_INFINITY });
      const pid = await pool.run("pid");
      const abort = new AbortController();
      const job = pool.run("spin", [200], { signal: abort.signal });
      await until(() => pool.stats().running === 1, "the job");
      abort.abort();
      await assert.rejects(job, { name: "AbortError" });
      assert.equal(await pool.run("pid"), pid);
      await pool.close();
    });

    test("a worker that does not turn its event loop is found by the heartbeat", async (t) => {
      const pool = testPool(t, { max: 1, heartbeat: 500 });
      const pid = (await pool.run("pid")) as number;
      const error = await rejectionOf(pool.run("hang"));
      assert.deepEqual([error.code, error.pid, error.signal], ["ERR_FORK_HUNG", pid, "SIGKILL"]);
      assert.notEqual(await pool.run("pid"), pid);
      await pool.close();
    });

    test("one that waits for long does turn it", async (t) => {
      const pool = testPool(t, { max: 1, heartbeat: 400 });
      assert.equal(typeof (await pool.run("sleep", [1500])), "number");
      assert.equal(pool.stats().died, 0);
      await pool.close();
    });

    test("when this program itself was busy, no worker is blamed for it", async (t) => {
      const pool = testPool(t, { max: 1, heartbeat: 300 });
      const pid = await pool.run("pid");
      const job = pool.run("sleep", [1500]);
      await new Promise((resolve) => setTimeout(resolve, 350)); // one heartbeat is asked for
      const end = performance.now() + 1000;
      while (performance.now() < end);
      assert.equal(await job, pid);
      await pool.close();
    });

    const noMemory = !fs.existsSync("/proc/self/smaps_rollup") && "memory is measured on Linux";
    test("a worker whose own memory is above `maxMemory` is replaced after its job", { skip: noMemory }, async (t) => {
      const pool = testPool(t, { max: 1, maxMemory: 128 * MEGABYTE });
      const exited = nextEvent(pool, "exit");
      const pid = (await pool.run("grow", [10 * MEGABYTE])) as number;
      assert.equal(await pool.run("grow", [200 * MEGABYTE]), pid);
      const exit = await exited;
      assert.deepEqual([exit.pid, exit.code, exit.error], [pid, 0, undefined]);
      assert.ok((exit.memory?.uss ?? 0) > 200 * MEGABYTE);
      assert.notEqual(await pool.run("pid"), pid);
      await pool.close();
    });

    test("the memory of workers can be asked for", { skip: noMemory }, async (t) => {
      const pool = testPool(t, { max: 1 });
      await pool.run("grow", [32 * MEGABYTE]);
      const [worker] = (await pool.statsWithMemory()).workers;
      assert.ok((worker?.memory?.uss ?? 0) > 32 * MEGABYTE);
      await pool.close();
    });
  });
}
