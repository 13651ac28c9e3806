/** Workers that die cost their own jobs, and nothing else. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { suite, test } from "node:test";
import { type ForkError, Template } from "../../../../main/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { linesOf, nextEvent, poolFixture, rejectionOf, shareTemplate, testPool } from "../../../support/pools.js";
import { exists } from "../../../support/processes.js";
import { temporaryFile } from "../../../support/temporary.js";
import { until } from "../../../support/until.js";

export function deaths({ forks }: Configuration): void {
  suite("deaths", () => {
    shareTemplate();
    forbidLeaks();

    test("a worker that exits costs its job, with the exit code and the end of its stderr", async (t) => {
      const pool = testPool(t, { max: 1, stderr: "pipe" });
      pool.stderr?.resume();
      const error = await rejectionOf(pool.run("exit", [3, `${"x".repeat(20_000)}the end`]));
      assert.deepEqual([error.code, error.exitCode, error.signal], ["ERR_FORK_DIED", 3, null]);
      assert.match(error.message, /'exit' was lost: worker \d+ exited with code 3/);
      assert.equal(error.stderr?.length, 8192);
      assert.match(error.stderr ?? "", /the end$/);
      assert.equal(await pool.run("add", [1, 1]), 2);
      await pool.close();
    });

    test("a crash of native code is a death like any other", async (t) => {
      const pool = testPool(t, { max: 1 });
      const exited = nextEvent(pool, "exit");
      await assert.rejects(pool.run("kill", ["SIGSEGV"]), { code: "ERR_FORK_DIED", exitCode: null, signal: "SIGSEGV" });
      assert.equal(await pool.run("add", [1, 1]), 2);
      const exit = await exited;
      assert.deepEqual([exit.signal, (exit.error as ForkError).code], ["SIGSEGV", "ERR_FORK_DIED"]);
      await pool.close();
    });

    test("the jobs of other workers do not notice", async (t) => {
      const pool = testPool(t, { max: 2 });
      const file = temporaryFile(t);
      const other = pool.run("waitForFile", [file]);
      await until(() => linesOf(file).length === 1, "the other job");
      await assert.rejects(pool.run("kill", ["SIGKILL"]), { signal: "SIGKILL" });
      fs.writeFileSync(`${file}.go`, "");
      assert.equal(await other, Number(linesOf(file)[0]));
      await pool.close();
    });

    test("all jobs of the dead worker are rejected, each with an error of its own", async (t) => {
      const pool = testPool(t, { max: 1, load: 3 });
      const results = await Promise.allSettled([pool.run("never"), pool.run("never"), pool.run("kill", ["SIGKILL"])]);
      const reasons = results.map((result) => (result as PromiseRejectedResult).reason as ForkError);
      assert.deepEqual(
        reasons.map(({ code }) => code),
        ["ERR_FORK_DIED", "ERR_FORK_DIED", "ERR_FORK_DIED"],
      );
      assert.equal(new Set(reasons).size, 3);
      await pool.close();
    });

    test("a job with `retries` is tried again in another worker", async (t) => {
      const pool = testPool(t, { max: 1 });
      assert.equal(await pool.run("dieOnce", [temporaryFile(t)], { retries: 1 }), "fine");
      assert.equal(pool.stats().retried, 1);
      await assert.rejects(pool.run("kill", ["SIGKILL"], { retries: 2 }), { code: "ERR_FORK_DIED" });
      assert.equal(pool.stats().retried, 3);
      await pool.close();
    });

    test("the pool's `retries` are for all jobs that ask for none of their own", async (t) => {
      const pool = testPool(t, { max: 1, retries: 1 });
      assert.equal(await pool.run("dieOnce", [temporaryFile(t)]), "fine");
      await assert.rejects(pool.run("dieOnce", [temporaryFile(t)], { retries: 0 }), { code: "ERR_FORK_DIED" });
      await pool.close();
    });

    test("a stream's reader gets the death of its worker", async (t) => {
      const pool = testPool(t, { max: 1 });
      const numbers = (await pool.run("numbers", [1e9, 1])) as AsyncIterable<number>;
      await assert.rejects(
        async () => {
          for await (const number of numbers)
            if (number === 2) pool.kill(pool.stats().workers[0]?.pid as number, "SIGKILL");
        },
        { code: "ERR_FORK_DIED", signal: "SIGKILL" },
      );
      assert.equal(await pool.run("add", [1, 1]), 2);
      await pool.close();
    });

    test("a worker whose end is not reported yet gets no job", {
      skip: !forks && "its end is seen at once",
    }, async (t) => {
      const template = await new Template({ modules: [poolFixture("jobs.mjs")] }).ready();
      const pool = testPool(t, { max: 1, template });
      const pid = (await pool.run("pid")) as number;
      t.after(() => template.pid && process.kill(template.pid, "SIGCONT"));
      process.kill(template.pid as number, "SIGSTOP"); // it reports the ends of its children
      pool.kill(pid, "SIGKILL");
      await until(() => !exists(pid), "its end");
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      const job = pool.run("add", [1, 2]);
      assert.deepEqual([pool.stats().queued, pool.stats().running], [1, 0]);
      process.kill(template.pid as number, "SIGCONT");
      assert.equal(await job, 3);
      await pool.close();
      template.close();
    });

    test("kill() reaches the pool's workers, and nobody else", async (t) => {
      const pool = testPool(t, { max: 1 });
      assert.equal(pool.kill(process.pid, 0), false);
      const pid = (await pool.run("pid")) as number;
      const exited = nextEvent(pool, "exit");
      assert.equal(pool.kill(pid), true);
      await exited;
      assert.equal(pool.kill(pid), false);
      assert.notEqual(await pool.run("pid"), pid);
      await pool.close();
    });

    test("an idle worker that is killed costs nobody anything", async (t) => {
      const pool = testPool(t, { max: 1, idle: 1 });
      const pid = (await pool.run("pid")) as number;
      const [exited, started] = [nextEvent(pool, "exit"), nextEvent(pool, "start")];
      pool.kill(pid, "SIGKILL");
      await Promise.all([exited, started]);
      assert.notEqual(await pool.run("pid"), pid);
      assert.equal(pool.stats().failed, 0);
      await pool.close();
    });
  });
}
