/** How many workers there are. The scheduler's own tests have all cases; these see that processes follow it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { suite, test } from "node:test";
import { Template } from "../../../../main/index.js";
import type { Pool } from "../../../../main/pool/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { linesOf, nextEvent, poolFixture, shareTemplate, testPool } from "../../../support/pools.js";
import { exists } from "../../../support/processes.js";
import { temporaryFile } from "../../../support/temporary.js";
import { until } from "../../../support/until.js";

export function sizing(_: Configuration): void {
  suite("sizing", () => {
    shareTemplate();
    forbidLeaks();

    test("an empty pool starts its first worker with the first job, and never more than `max`", async (t) => {
      const pool = testPool(t, { max: 2 });
      assert.equal(pool.stats().workers.length, 0);
      const pids = new Set(await Promise.all(Array.from({ length: 8 }, () => pool.run("sleep", [10]))));
      assert.ok(pids.size <= 2);
      assert.ok(pool.stats().started <= 2);
      await pool.close();
    });

    test("`idle` workers are there before any job", async (t) => {
      const pool = testPool(t, { max: 3, idle: 2 });
      await until(() => statesOf(pool).join() === "ready,ready", "two workers that are ready");
      await pool.close();
    });

    test("`load` jobs are with a worker at the same time", async (t) => {
      const pool = testPool(t, { max: 1, load: 3 });
      const file = temporaryFile(t);
      const jobs = Array.from({ length: 5 }, () => pool.run("waitForFile", [file]));
      await until(() => linesOf(file).length === 3, "three jobs that run");
      assert.deepEqual([pool.stats().running, pool.stats().queued], [3, 2]);
      fs.writeFileSync(`${file}.go`, "");
      await Promise.all(jobs);
      await pool.close();
    });

    test("workers that have nothing to do for `stop` end, down to `idle`", async (t) => {
      const pool = testPool(t, { max: 3, idle: 1, stop: 50 });
      const file = temporaryFile(t);
      const jobs = Array.from({ length: 3 }, () => pool.run("waitForFile", [file]));
      await until(() => linesOf(file).length === 3, "three workers");
      fs.writeFileSync(`${file}.go`, "");
      const pids = await Promise.all(jobs);
      await until(() => pool.stats().workers.length === 1, "two workers to end");
      const [last] = pool.stats().workers;
      for (const pid of new Set(pids as number[])) if (pid !== last?.pid) await until(() => !exists(pid), "its end");
      await pool.close();
    });

    test("with a `stop` of 0 a worker ends with the last job", async (t) => {
      const pool = testPool(t, { stop: 0 });
      const ended = nextEvent(pool, "exit");
      await pool.run("pid");
      const exit = await ended;
      assert.deepEqual([exit.code, exit.signal, exit.error, exit.jobs], [0, null, undefined, 1]);
      await pool.close();
    });

    test("a worker that retires from inside ends after its job, and another takes its place", async (t) => {
      const pool = testPool(t, { max: 1 });
      const ended = nextEvent(pool, "exit");
      const pid = await pool.run("retireNow");
      assert.notEqual(await pool.run("pid"), pid);
      const exit = await ended;
      assert.deepEqual([exit.pid, exit.code, exit.error], [pid, 0, undefined]);
      await pool.close();
    });

    test("after `maxJobs` jobs a worker is replaced", async (t) => {
      const pool = testPool(t, { max: 1, maxJobs: 3 });
      const counts = await Promise.all(Array.from({ length: 7 }, () => pool.run("count")));
      assert.deepEqual(counts, [1, 2, 3, 1, 2, 3, 1]);
      await pool.close();
    });

    test("with isolate: 'job' every job has a worker that nobody used before", async (t) => {
      const pool = testPool(t, { max: 2, isolate: "job" });
      const counts = await Promise.all(Array.from({ length: 6 }, () => pool.run("count")));
      assert.deepEqual(counts, [1, 1, 1, 1, 1, 1]);
      const pids = await Promise.all(Array.from({ length: 4 }, () => pool.run("pid")));
      assert.equal(new Set(pids).size, 4);
      await pool.close();
      assert.equal(pool.stats().started >= 10, true);
    });

    test("`max` can be changed while it works", async (t) => {
      const pool = testPool(t, { max: 1 });
      const file = temporaryFile(t);
      const jobs = Array.from({ length: 3 }, () => pool.run("waitForFile", [file]));
      pool.max = 3;
      await until(() => linesOf(file).length === 3, "three jobs that run");
      pool.max = 1;
      assert.equal(pool.max, 1);
      fs.writeFileSync(`${file}.go`, "");
      await Promise.all(jobs);
      await until(() => pool.stats().workers.length === 1, "two workers to end");
      await pool.close();
    });

    test("the queue takes `maxQueue` jobs beyond those that can run; room() waits for a place", async (t) => {
      const pool = testPool(t, { max: 1, maxQueue: 2 });
      const file = temporaryFile(t);
      const jobs = Array.from({ length: 3 }, () => pool.run("waitForFile", [file]));
      await assert.rejects(pool.run("pid"), { code: "ERR_FORK_QUEUE_FULL" });
      let hasRoom = false;
      const room = pool.room().then(() => {
        hasRoom = true;
      });
      await until(() => linesOf(file).length === 1, "the first job");
      assert.equal(hasRoom, false);
      fs.writeFileSync(`${file}.go`, "");
      await room;
      await pool.run("pid");
      await Promise.all(jobs);
      await pool.close();
    });

    test("with a `maxQueue` of 0 nothing waits beyond what workers can have", async (t) => {
      const pool = testPool(t, { max: 1, load: 2, maxQueue: 0 });
      const jobs = [pool.run("sleep", [20]), pool.run("sleep", [20])];
      await assert.rejects(pool.run("pid"), { code: "ERR_FORK_QUEUE_FULL" });
      await Promise.all(jobs);
      await pool.close();
    });

    test("a producer that waits for room() never has more in the queue than it may", async (t) => {
      const pool = testPool(t, { max: 2, maxQueue: 3 });
      const jobs: Promise<unknown>[] = [];
      let most = 0;
      for (let i = 0; i < 200; i++) {
        await pool.room();
        jobs.push(pool.run("add", [i, 1]));
        most = Math.max(most, pool.stats().queued);
      }
      assert.deepEqual(
        await Promise.all(jobs),
        jobs.map((_, i) => i + 1),
      );
      assert.ok(most <= 5, `${most} in the queue`); // 3, and 2 while the workers come to life
      await pool.close();
    });

    test("workers are forked from a template that is given, and it stays its owner's", async (t) => {
      const template = new Template({ modules: [poolFixture("jobs.mjs")], env: { ...process.env, POOL_TEST: "mine" } });
      const pool = testPool(t, { template });
      assert.equal(((await pool.run("describe")) as { env: string }).env, "mine");
      await pool.close();
      await template.ready();
      template.close();
    });

    test("workers are forked from a process object that is given, with what it was sent", async (t) => {
      const template = new Template();
      const process = template.fork().sendArg("sent before");
      const pool = testPool(t, { template: process, module: poolFixture("initialised.mjs"), init: "init" });
      assert.deepEqual(await Promise.all([pool.run("tell"), pool.run("tell")]), [["sent before"], ["sent before"]]);
      await pool.close();
      process.close();
      template.close();
    });

    test("the pool's own template has the environment and the folder that were asked for", async (t) => {
      const pool = testPool(t, { template: undefined, cwd: "/", env: { ...process.env, POOL_TEST: "own" } });
      const { env, cwd } = (await pool.run("describe")) as { env: string; cwd: string };
      assert.deepEqual([env, cwd], ["own", "/"]);
      await pool.close();
    });
  });
}

function statesOf(pool: Pool): string[] {
  return pool.stats().workers.map(({ state }) => state);
}
