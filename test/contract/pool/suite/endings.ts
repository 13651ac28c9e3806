/** How a pool ends. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Template } from "../../../../main/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { linesOf, poolFixture, poolProgram, shareTemplate, testPool } from "../../../support/pools.js";
import { exists } from "../../../support/processes.js";
import { temporaryFile } from "../../../support/temporary.js";
import { until } from "../../../support/until.js";

export function endings(_: Configuration): void {
  suite("endings", () => {
    shareTemplate();
    forbidLeaks();

    test("close() does all that was asked for, and resolves when the workers are gone", async (t) => {
      const pool = testPool(t, { max: 2 });
      const jobs = Array.from({ length: 20 }, () => pool.run("sleep", [2]));
      await pool.close();
      const pids = (await Promise.all(jobs)) as number[];
      for (const pid of pids) assert.equal(exists(pid), false);
      assert.deepEqual(pool.stats().workers, []);
    });

    test("closing twice is closing once; jobs after it are refused", async (t) => {
      const pool = testPool(t);
      const closing = pool.close();
      await assert.rejects(pool.run("pid"), { code: "ERR_FORK_CLOSED" });
      await assert.rejects(pool.promote(), { code: "ERR_FORK_CLOSED" });
      await Promise.all([closing, pool.close()]);
      await pool.room();
    });

    test("`await using` closes", async () => {
      let job: Promise<unknown>;
      {
        await using pool = testPool({ after: () => {} });
        job = pool.run("sleep", [50]);
      }
      assert.equal(typeof (await job), "number");
    });

    test("ten thousand jobs that wait when the pool closes: all are done", async (t) => {
      const pool = testPool(t, { load: 8 });
      const jobs = Array.from({ length: 10_000 }, (_, i) => pool.run("add", [i, 1]));
      await pool.close();
      const results = await Promise.allSettled(jobs);
      assert.ok(results.every((result, i) => result.status === "fulfilled" && result.value === i + 1));
    });

    test("ten thousand jobs that wait when the pool is terminated: all are rejected", async (t) => {
      const pool = testPool(t, { load: 8 });
      const jobs = Array.from({ length: 10_000 }, () => pool.run("never"));
      const results = Promise.allSettled(jobs);
      await until(() => pool.stats().running > 0, "jobs that run");
      await pool.terminate();
      for (const result of await results)
        assert.equal((result as PromiseRejectedResult).reason.code, "ERR_FORK_CLOSED");
    });

    test("terminate() after close() ends what close() waits for", async (t) => {
      const pool = testPool(t, { max: 1 });
      const job = pool.run("hang");
      const rejected = assert.rejects(job, { code: "ERR_FORK_CLOSED" });
      await until(() => pool.stats().running === 1, "the job");
      const closing = pool.close();
      await pool.terminate();
      await Promise.all([closing, rejected]);
    });

    test("`done` is called before a worker ends; one that takes too long is killed after `exitTimeout`", async (t) => {
      const file = temporaryFile(t);
      const template = new Template();
      const given = { module: poolFixture("initialised.mjs"), init: "init", done: "done", max: 1 };
      const process = template.fork().sendArg("done", file);
      const pool = testPool(t, { ...given, template: process });
      await pool.run("tell");
      await pool.close();
      assert.deepEqual(linesOf(file), ["done"]);
      const slow = template.fork().sendArg("slow-done");
      const impatient = testPool(t, { ...given, template: slow, exitTimeout: 50 });
      await impatient.run("tell");
      await impatient.close();
      process.close();
      slow.close();
      template.close();
    });

    test("a program that forgets its pool ends when its jobs are done", async () => {
      const { stdout, code } = await poolProgram("forgets.mjs");
      assert.deepEqual([stdout, code], ["42\n", 0]);
    });

    test("a pool that was dropped finishes its jobs, and its workers and its template end", async () => {
      const { stdout, code } = await poolProgram("drops.mjs");
      assert.deepEqual([stdout, code], ["42\nnothing is left\n", 0]);
    });
  });
}
