/** Workers that say what is no rpc cost the jobs that they have, and nothing else. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { suite, type TestContext, test } from "node:test";
import type { ForkError } from "../../../../main/index.js";
import type { Pool } from "../../../../main/pool/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { GARBAGE } from "../../../support/garbage.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { shareTemplate, testPool } from "../../../support/pools.js";
import { rpcFixture } from "../../../support/rpc.js";
import { temporaryFile } from "../../../support/temporary.js";
import { until } from "../../../support/until.js";

const LIMIT_BYTES = 100_000;

function garbagePool(t: TestContext): Pool {
  return testPool(t, { module: rpcFixture("garbage.mjs"), max: 2, load: 2, maxMessageBytes: LIMIT_BYTES });
}

export function garbage(_: Configuration): void {
  suite("garbage", () => {
    shareTemplate();
    forbidLeaks();

    for (const what of ["text", "a frame beyond the limit", "an answer to a call that was never made"])
      test(`a worker that writes ${what} on its socket costs exactly its own jobs`, async (t) => {
        const pool = garbagePool(t);
        const places: number[] = [];
        const ask = (job: number, name: string, args: unknown[]) =>
          pool.run(name, args, { onStart: (pid) => (places[job] ??= pid) });
        const file = temporaryFile(t);
        const others = [0, 1, 2].map((job) => ask(job, "helloLater", [file]));
        const settled = Promise.allSettled([...others, ask(3, "say", [GARBAGE[what]])]);
        await until(() => pool.stats().failed === 2, "the loss of the worker's jobs");
        fs.writeFileSync(file, "");
        const results = await settled;
        for (const [job, result] of results.entries())
          if (places[job] !== places[3]) assert.deepEqual(result, { status: "fulfilled", value: "hello" });
          else {
            const { code, pid, message } = (result as PromiseRejectedResult).reason as ForkError;
            assert.deepEqual([code, pid], ["ERR_FORK_PROTOCOL", places[3]]);
            assert.match(message, /^'\w+' was lost: worker \d+ said nonsense/);
          }
        assert.equal(results.filter(({ status }) => status === "rejected").length, 2);
        assert.equal(await pool.run("hello"), "hello");
        assert.deepEqual([pool.stats().died, pool.stats().failed, pool.stats().completed], [1, 2, 3]);
        await pool.close();
      });

    test("the other jobs of a worker that writes garbage are tried again if they may", async (t) => {
      const pool = garbagePool(t);
      pool.max = 1;
      const file = temporaryFile(t);
      const other = pool.run("helloLater", [file], { retries: 1 });
      await assert.rejects(pool.run("say", [GARBAGE["zeroes"]]), { code: "ERR_FORK_PROTOCOL" });
      fs.writeFileSync(file, "");
      assert.equal(await other, "hello");
      assert.equal(pool.stats().retried, 1);
      await pool.close();
    });

    test("a job whose arguments or result are beyond the limit costs itself alone", async (t) => {
      const pool = garbagePool(t);
      pool.max = 1;
      const code = "ERR_FORK_TOO_LARGE";
      const file = temporaryFile(t);
      const other = pool.run("helloLater", [file]);
      await assert.rejects(pool.run("repeat", ["x".repeat(LIMIT_BYTES), 1]), { code });
      await assert.rejects(pool.run("repeat", ["x", LIMIT_BYTES]), { code, message: /^the result/ });
      fs.writeFileSync(file, "");
      assert.equal(await other, "hello");
      assert.equal(pool.stats().died, 0);
      await pool.close();
    });
  });
}
