/** Workers of a pool's own template that were forked ahead of need. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import type { Pool, PoolOptions } from "../../../main/pool/index.js";
import { isIdle } from "../../support/idle.js";
import { forbidLeaks } from "../../support/leaks.js";
import { linesOf, poolFixture, rejectionOf, testPool } from "../../support/pools.js";
import { processesOf } from "../../support/processes.js";
import { temporaryFile } from "../../support/temporary.js";
import { until } from "../../support/until.js";

interface Spared {
  pool: Pool;
  spare: number;
  log: string;
}

/** A pool whose first worker waits already. */
async function sparedPool(test: TestContext, options: Partial<PoolOptions> = {}): Promise<Spared> {
  const log = temporaryFile(test);
  fs.writeFileSync(log, "");
  const env = { ...process.env, EXIT_LOG: log };
  const pool = testPool(test, { module: poolFixture("listens.mjs"), max: 1, template: undefined, env, ...options });
  // With the first job it is not known yet that the template can be forked.
  for (let job = 0; job < 2; job++) await pool.run("pid");
  const worker = pool.stats().workers[0]?.pid;
  const title = `${process.pid} desktop-fork process`;
  const spares = () => processesOf(process.pid).filter((entry) => entry.title === title && entry.pid !== worker);
  const spare = await until(async () => {
    const pid = spares()[0]?.pid;
    return pid !== undefined && (await isIdle(pid)) && pid;
  }, "a spare that has nothing to do");
  return { pool, spare, log };
}

suite("spares of a pool", () => {
  forbidLeaks();

  test("the next worker is the one that was forked ahead of need, also with isolate: 'job'", async (t) => {
    const { pool, spare } = await sparedPool(t, { isolate: "job" });
    assert.equal(await pool.run("pid"), spare);
    await pool.close();
  });

  test("a spare of a pool has the pool's streams", async (t) => {
    const { pool, spare } = await sparedPool(t, { isolate: "job", stdout: "pipe", stderr: "pipe" });
    const both = Promise.all([text(pool.stdout as never), text(pool.stderr as never)]);
    await pool.run("print", ["from a spare"]);
    await pool.close();
    assert.deepEqual(await both, ["from a spare", "from a spare"]);
    assert.ok(spare > 0);
  });

  test("the error of a lost job has the end of its stderr", async (t) => {
    const { pool, spare } = await sparedPool(t, { isolate: "job", stderr: "job" });
    const error = await rejectionOf(pool.run("exit", [3, "last words"], { onOutput: () => {} }));
    assert.deepEqual([error.pid, error.exitCode, error.stderr], [spare, 3, "last words"]);
    await pool.close();
  });

  test("a listener of `exit` that the template's module has added runs neither in a spare nor at its end", async (t) => {
    const { pool, spare, log } = await sparedPool(t, { isolate: "job" });
    const exits = () => linesOf(log).filter((line) => Number(line) === spare).length;
    assert.equal(exits(), 0);
    assert.equal(await pool.run("pid"), spare);
    await pool.close();
    assert.equal(exits(), 0);
  });

  test("what serves calls was loaded by its template", async (t) => {
    const { pool } = await sparedPool(t, { isolate: "job" });
    const loaded = (await pool.run("loaded")) as string[];
    assert.ok(loaded.some((file) => file.endsWith("/rpc/preload.cjs")));
    await pool.close();
  });
});
