/** Time, memory and silence. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { suite, test } from "node:test";
import type { ForkError } from "../../../../main/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { growing } from "../../../support/growing.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { linesOf, nextEvent, rejectionOf, shareTemplate, testPool } from "../../../support/pools.js";
import { temporaryFile } from "../../../support/temporary.js";
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

    test("the other jobs of a worker that is killed for a timeout are tried again elsewhere, although they have no retries", async (t) => {
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
      await growing(100, async (timeout) => {
        const pool = testPool(t, { max: 1, timeout });
        const file = temporaryFile(t);
        const unlimited = pool.run("waitForFile", [file], { timeout: 0 });
        await until(() => linesOf(file).length === 1, "the job without a limit");
        let begun = false;
        const waiting = pool.run("pid", [], { onStart: () => (begun = true) });
        const settled = waiting.catch((error: ForkError) => error);
        // Timers of one program go off in their order: that of the job that waits would have by then.
        await new Promise((resolve) => setTimeout(resolve, timeout));
        assert.equal(begun, false);
        assert.deepEqual([pool.stats().queued, pool.stats().running], [1, 1]);
        fs.writeFileSync(`${file}.go`, "");
        const [pid, result] = [await unlimited, await settled];
        await assert.rejects(pool.run("never"), { message: new RegExp(`more than ${timeout} ms`) });
        await assert.rejects(pool.run("never", [], { timeout: 10 }), { message: /more than 10 ms/ });
        await pool.close();
        if ((result as ForkError).code === "ERR_FORK_TIMEOUT") return false;
        assert.equal(result, pid);
        return true;
      });
    });

    test("a stream that takes longer than the timeout ends with it", async (t) => {
      const pool = testPool(t, { max: 1 });
      await assert.rejects(
        async () => {
          const numbers = await pool.run("numbers", [1e9, 1], { timeout: 100 });
          for await (const _ of numbers as AsyncIterable<number>);
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

    test("a worker whose job goes on after its abort is killed only when its other jobs are done", async (t) => {
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
      const file = temporaryFile(t);
      const job = pool.run("blockUntilFile", [file], { signal: abort.signal });
      await until(() => linesOf(file).length === 1, "the job");
      abort.abort();
      await assert.rejects(job, { name: "AbortError" });
      const next = pool.run("pid");
      assert.equal(pool.stats().queued, 1);
      fs.writeFileSync(`${file}.go`, "");
      assert.equal(await next, pid);
      await pool.close();
    });

    test("a worker that does not turn its event loop is found by the heartbeat", async (t) => {
      const pool = testPool(t, { max: 1, heartbeat: 200 });
      let pid: number | undefined;
      const error = await rejectionOf(pool.run("hang", [], { onStart: (of) => (pid = of) }));
      assert.deepEqual([error.code, error.pid, error.signal], ["ERR_FORK_HUNG", pid, "SIGKILL"]);
      assert.notEqual(await pool.run("pid", [], { retries: Number.POSITIVE_INFINITY }), pid);
      await pool.close();
    });

    test("a worker whose job waits for long is not taken for hung by the heartbeat", async (t) => {
      await growing(100, async (heartbeat) => {
        const pool = testPool(t, { max: 1, heartbeat });
        const result = await pool.run("sleep", [3 * heartbeat]).catch((error: ForkError) => error);
        const { died } = pool.stats();
        await pool.close();
        if ((result as ForkError).code === "ERR_FORK_HUNG") return false;
        assert.deepEqual([typeof result, died], ["number", 0]);
        return true;
      });
    });

    test("when this program itself was busy, no worker is blamed for it", async (t) => {
      await growing(100, async (heartbeat) => {
        const pool = testPool(t, { max: 1, heartbeat });
        const job = pool.run("sleep", [5 * heartbeat]).catch((error: ForkError) => error);
        await until(() => pool.stats().running === 1, "the job");
        await new Promise((resolve) => setTimeout(resolve, 1.2 * heartbeat)); // one heartbeat is asked for
        const end = performance.now() + 3 * heartbeat;
        while (performance.now() < end);
        const result = await job;
        await pool.close();
        if ((result as ForkError).code === "ERR_FORK_HUNG") return false;
        assert.equal(typeof result, "number");
        return true;
      });
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
