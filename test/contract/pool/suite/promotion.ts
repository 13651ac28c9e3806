/** promote(): a worker's fork as the next template. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { shareTemplate, testPool } from "../../../support/pools.js";
import { exists } from "../../../support/processes.js";
import { until } from "../../../support/until.js";

export function promotion({ forks }: Configuration): void {
  const skip = !forks && "workers are no forks";
  suite("promotion", () => {
    shareTemplate();
    forbidLeaks();

    test("where workers are no forks promote() is refused", { skip: forks && "they are" }, async (t) => {
      const pool = testPool(t, { max: 1 });
      await pool.run("pid");
      await assert.rejects(pool.promote(), { code: "ERR_FORK_UNSUPPORTED" });
      await pool.close();
    });

    test("what a worker has learned is there in the workers to come", { skip }, async (t) => {
      const pool = testPool(t, { max: 1 });
      await pool.run("learn", ["word"]);
      const [, veteran] = (await pool.run("recall")) as [string, number];
      const template = await pool.promote();
      assert.notEqual(template, veteran);
      assert.deepEqual(((await pool.run("recall")) as unknown[])[1], veteran); // it goes on
      await pool.run("retireNow");
      const [word, pid, parent] = (await pool.run("recall")) as [string, number, number];
      assert.deepEqual([word, parent], ["word", template]);
      assert.notEqual(pid, veteran);
      await pool.close();
      await until(() => !exists(template), "the template's end");
    });

    test("a template can be made of a worker that came from such a one, again and again", { skip }, async (t) => {
      const pool = testPool(t, { max: 1 });
      const templates = new Set<number>();
      for (let generation = 0; generation < 5; generation++) {
        await pool.run("learn", [String(generation)]);
        templates.add(await pool.promote());
        await pool.run("retireNow");
        assert.equal(((await pool.run("recall")) as unknown[])[0], String(generation));
      }
      assert.equal(templates.size, 5);
      await pool.close();
    });

    test("promote() waits until the worker has no job, and gives it none meanwhile", { skip }, async (t) => {
      const pool = testPool(t, { max: 1 });
      await pool.run("pid");
      const [job, promoted, later] = [pool.run("sleep", [100]), pool.promote(), pool.run("pid")];
      await Promise.all([job, promoted, later]);
      await pool.close();
    });

    test("when a promoted template dies, the first template takes its place again", { skip }, async (t) => {
      const pool = testPool(t, { max: 1 });
      await pool.run("learn", ["word"]);
      process.kill(await pool.promote(), "SIGKILL");
      await pool.run("retireNow");
      assert.equal(((await pool.run("recall")) as unknown[])[0], undefined);
      await pool.close();
    });

    test("without a worker that has done something there is nothing to promote", { skip }, async (t) => {
      const pool = testPool(t);
      await assert.rejects(pool.promote(), { code: "ERR_FORK_REFUSED" });
      await pool.close();
    });

    test("a worker that dies before it has done its job can't be promoted", { skip }, async (t) => {
      const pool = testPool(t, { max: 1 });
      await pool.run("pid");
      const job = assert.rejects(pool.run("kill", ["SIGKILL"]), { code: "ERR_FORK_DIED" });
      await assert.rejects(pool.promote(), { code: "ERR_FORK_DIED" });
      await job;
      await pool.close();
    });
  });
}
