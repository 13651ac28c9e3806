/** Workers that can't be started. */
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import { suite, test } from "node:test";
import { type ForkError, Template } from "../../../../main/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { linesOf, nextEvent, poolFixture, shareTemplate, testPool } from "../../../support/pools.js";
import { rpcFixture } from "../../../support/rpc.js";
import { temporaryFile } from "../../../support/temporary.js";
import { until } from "../../../support/until.js";

/** A pool whose workers are initialised with these words. */
function initialised(t: Parameters<typeof testPool>[0], words: readonly string[], options = {}) {
  const template = new Template();
  const process = template.fork().sendArg(...words);
  t.after(() => {
    process.close();
    template.close();
  });
  return testPool(t, { max: 1, template: process, module: poolFixture("initialised.mjs"), init: "init", ...options });
}

export function starts({ forks }: Configuration): void {
  suite("starts", () => {
    shareTemplate();
    forbidLeaks();

    test("a module that is missing rejects the jobs at once, with its name; a later job as well", async (t) => {
      const pool = testPool(t, { template: undefined, module: poolFixture("missing.mjs") });
      const failed = nextEvent(pool, "startFailed");
      const results = await Promise.allSettled([pool.run("a"), pool.run("b"), pool.run("c")]);
      for (const result of results) {
        const reason = (result as PromiseRejectedResult).reason as ForkError;
        assert.equal(reason.code, "ERR_FORK_REQUIRE");
        assert.match(reason.message, /missing\.mjs/);
      }
      assert.equal(((await failed) as ForkError).code, "ERR_FORK_REQUIRE");
      await assert.rejects(pool.run("d"), { code: "ERR_FORK_REQUIRE" });
      await pool.close();
    });

    test("a module that never finishes loading holds up neither terminate() nor close() without jobs", async (t) => {
      for (const name of ["hangs.mjs", "waits.mjs"])
        for (const template of [undefined, new Template()]) {
          const pool = testPool(t, { template, module: rpcFixture(name), idle: 1 });
          const job = assert.rejects(pool.run("anything"), { code: "ERR_FORK_CLOSED" });
          await Promise.all([pool.terminate(), job]);
          const idle = testPool(t, { template, module: rpcFixture(name), idle: 1 });
          await idle.close();
          template?.close();
        }
    });

    test("a worker that is not ready after `startTimeout` counts as one that died at its start", async (t) => {
      const template = new Template();
      const pool = testPool(t, { max: 1, template, module: rpcFixture("waits.mjs"), startTimeout: 300 });
      const failed = nextEvent(pool, "startFailed");
      const message = /not ready after 300 ms/;
      await assert.rejects(pool.run("anything"), { code: "ERR_FORK_TIMEOUT", message });
      assert.match((await failed).message, message);
      assert.deepEqual([pool.stats().started, pool.stats().died], [4, 4]);
      await pool.close();
      template.close();
    });

    test("an init that throws rejects the jobs after some tries", async (t) => {
      const pool = initialised(t, ["fail"]);
      await assert.rejects(pool.run("tell"), { code: "ERR_FORK_INIT", message: /no luck/ });
      assert.equal(pool.stats().started, 4);
      await pool.close();
    });

    test("workers that die at their start are tried again, and then tell why they died", async (t) => {
      const file = temporaryFile(t);
      const pool = initialised(t, ["die-until", file, "100"]);
      await assert.rejects(pool.run("tell"), { code: "ERR_FORK_DIED", exitCode: 3, stderr: "not yet\n" });
      assert.equal(linesOf(file)[0]?.length, 4);
      await pool.close();
    });

    test("a worker that lives after others died at their start does the jobs that have waited", async (t) => {
      const file = temporaryFile(t);
      const pool = initialised(t, ["die-until", file, "2"]);
      assert.deepEqual(await Promise.all([pool.run("tell"), pool.run("tell")]).then(([each]) => each), [
        "die-until",
        file,
        "2",
      ]);
      assert.deepEqual([pool.stats().started, pool.stats().died, pool.stats().failed], [3, 2, 0]);
      await pool.close();
    });

    test("a template that dies is replaced; jobs under way and jobs to come are done", async (t) => {
      const template = await new Template({ modules: [poolFixture("jobs.mjs")] }).ready();
      const pool = testPool(t, { max: 2, template });
      const gate = temporaryFile(t);
      const underWay = pool.run("waitForFile", [gate]);
      await until(() => linesOf(gate).length === 1, "the job under way");
      await pool.run("pid");
      const died = once(template, "died");
      process.kill(template.pid as number, "SIGKILL");
      await died;
      const file = temporaryFile(t);
      await assert.rejects(pool.run("exit", [1]), { code: "ERR_FORK_DIED" });
      assert.equal(await pool.run("dieOnce", [file], { retries: 1 }), "fine");
      fs.writeFileSync(`${gate}.go`, "");
      await underWay;
      await pool.close();
      template.close();
    });

    test("a dead template of the pool's own is told", { skip: !forks && "workers need it no more" }, async (t) => {
      const pool = testPool(t, { max: 1, template: undefined });
      const [, , templatePid] = [undefined, undefined, ((await pool.run("recall")) as unknown[])[2]] as const;
      const died = nextEvent(pool, "templateDied");
      process.kill(templatePid as number, "SIGKILL");
      const death = await died;
      assert.deepEqual([death.pid, death.signal], [templatePid, "SIGKILL"]);
      await pool.run("retireNow");
      assert.equal(await pool.run("add", [1, 1]), 2);
      await pool.close();
    });

    test("a template that was closed rejects the jobs", async (t) => {
      const template = new Template();
      const pool = testPool(t, { template });
      template.close();
      await assert.rejects(pool.run("pid"), { code: "ERR_FORK_CLOSED" });
      await pool.close();
    });
  });
}
