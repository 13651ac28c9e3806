/** What a parent can do with a worker. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ForkProcess } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { exists } from "../../support/processes.js";
import { idle } from "../../support/workers.js";

export function workers(): void {
  suite("workers", () => {
    forbidLeaks();

    test("kill() sends SIGTERM unless told otherwise, and says when it was too late", async () => {
      const worker = await idle(ForkProcess.create());
      assert.equal(worker.kill(0), true);
      assert.equal(worker.kill(), true);
      assert.deepEqual(await worker.exited, { code: null, signal: "SIGTERM" });
      assert.equal(worker.kill(), false);
      assert.equal(worker.kill("SIGKILL"), false);
      worker.socket.destroy();
    });

    test("kill() refuses what is no signal, and the worker lives on", async () => {
      await using worker = await idle(ForkProcess.create());
      const kill = worker.kill.bind(worker) as (signal: unknown) => boolean;
      for (const wrong of ["SIGNOTHING", "term", -1, 65, 1.5, Number.NaN, null, {}])
        assert.throws(() => kill(wrong), { code: "ERR_FORK_ARGUMENT" }, String(wrong));
      assert.equal(exists(worker.pid), true);
    });

    test("memory() tells bytes, of which some are its own", async () => {
      await using worker = await idle(ForkProcess.create());
      const { rss, pss, uss } = await worker.memory();
      assert.ok(uss > 0 && uss <= pss && pss <= rss, `${uss} <= ${pss} <= ${rss}`);
      assert.ok(rss > 1024 * 1024 && rss < 1024 ** 3, `${rss} bytes`);
    });

    test("memory() of a worker that has ended is an error with its pid", async () => {
      const worker = await idle(ForkProcess.create());
      worker.socket.destroy();
      await worker.exited;
      await assert.rejects(worker.memory(), { code: "ERR_FORK_DIED", pid: worker.pid });
    });

    test("`await using` kills and reaps", async () => {
      let pid: number;
      {
        await using worker = await idle(ForkProcess.create());
        pid = worker.pid;
        assert.equal(exists(pid), true);
      }
      assert.equal(exists(pid), false);
    });

    test("`exited` is the same promise for everyone, also long after the end", async () => {
      const worker = await idle(ForkProcess.create());
      worker.socket.end();
      const first = await worker.exited;
      assert.equal(await worker.exited, first);
      assert.equal(worker.exitCode, 0);
    });
  });
}
