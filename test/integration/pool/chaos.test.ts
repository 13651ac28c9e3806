/** A random worker is killed every 20 ms, under load: every job is accounted for. test/stress has a minute of it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { forbidLeaks } from "../../support/leaks.js";
import { runChaos } from "../../support/pool-chaos.js";

for (const strategy of ["fork", "exec"] as const)
  suite(`chaos: ${strategy}`, () => {
    forbidLeaks();

    test("every job resolves right or rejects with its code, once, and nothing is left", async () => {
      const report = await runChaos({ strategy, durationMs: 5000, killEveryMs: 20 });
      assert.deepEqual(report.faults, []);
      assert.ok(report.kills > 10 && report.resolved > 10 && report.retried > 0, JSON.stringify(report));
    });
  });
