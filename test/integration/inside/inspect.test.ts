/** What console.log shows of the objects that stand for processes. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { ForkProcess, Template } from "../../../main/index.js";
import { createPool } from "../../../main/pool/index.js";
import { createRpc } from "../../../main/rpc/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { until } from "../../support/until.js";
import { idle } from "../../support/workers.js";

/** No network, no files of the test's own: os.cpus() and the like will do. */
const MODULE = new URL("node:os");

const SECRET = "hunter2";

forbidLeaks();

suite("util.inspect()", () => {
  for (const strategy of ["fork", "exec"] as const) {
    test(`of a template and its processes says how far they are, with the strategy ${strategy}`, async () => {
      using template = new Template({ name: "seen", spares: 0, strategy, env: { ...process.env, SECRET } });
      await template.ready();
      const way = template.strategy;
      assert.equal(
        inspect(template),
        `Template { name: 'seen', pid: ${template.pid}, state: 'idle', strategy: '${way}' }`,
      );
      const proc = template.fork({ title: "one" }).sendArg(SECRET);
      assert.match(inspect(proc), /^ForkProcess \{ (pid: \d+, )?state: 'starting', strategy: '\w+', title: 'one' \}$/);
      await proc.ready();
      const facts = `strategy: '${way}', title: 'one'`;
      assert.equal(inspect(proc), `ForkProcess { pid: ${proc.pid}, state: 'idle', ${facts} }`);
      await using worker = await idle(proc);
      const start = `Worker { pid: ${worker.pid}, state:`;
      assert.equal(
        inspect(worker),
        `${start} 'running', strategy: '${way}', title: '${process.pid} desktop-fork idle' }`,
      );
      assert.match(inspect(proc), /state: 'running'/);
      worker.kill("SIGKILL");
      await worker.exited;
      assert.equal(
        inspect(worker),
        `${start} 'was killed by SIGKILL', strategy: '${way}', title: '${process.pid} desktop-fork idle' }`,
      );
    });
  }

  test("of a closed process says that it ended", async () => {
    const proc = ForkProcess.fresh({ title: "short" });
    await proc.ready();
    proc.close();
    await until(() => inspect(proc).includes("'ended'"), "its end");
    assert.match(inspect(proc), /^ForkProcess \{ pid: \d+, state: 'ended', strategy: '\w+', title: 'short' \}$/);
  });

  test("of a pool counts workers and jobs", async () => {
    await using pool = createPool({ module: MODULE, max: 3 });
    assert.equal(inspect(pool), "Pool { workers: 0, busy: 0, queued: 0, max: 3 }");
    const job = pool.run("availableParallelism");
    assert.equal(inspect(pool), "Pool { workers: 1, busy: 0, queued: 1, max: 3 }");
    await job;
    assert.equal(inspect({ pool }), "{ pool: Pool { workers: 1, busy: 0, queued: 0, max: 3 } }");
  });

  test("of an rpc says how far its worker is", async () => {
    await using rpc = createRpc(ForkProcess.create(), { module: MODULE });
    assert.equal(inspect(rpc), "Rpc { state: 'starting' }");
    await rpc.ready();
    assert.match(inspect(rpc), /^Rpc \{ pid: \d+, state: 'running', strategy: '\w+', title: '.+' \}$/);
    await rpc.close();
    assert.match(inspect(rpc), /state: 'ended'/);
  });
});
