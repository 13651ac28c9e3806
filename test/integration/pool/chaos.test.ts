/** Random workers are killed under load: every job is accounted for. test/stress has a minute of it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { forbidLeaks } from "../../support/leaks.js";
import { type ChaosReport, runChaos } from "../../support/pool-chaos.js";

/** An exec takes its time to bring another worker. */
const KILLS = { fork: 100, exec: 25 };

for (const strategy of ["fork", "exec"] as const)
  suite(`chaos: ${strategy}`, () => {
    forbidLeaks();

    test("every job resolves right or rejects with its code, once, and nothing is left", async () => {
      const isEnough = ({ kills, resolved, retried }: ChaosReport) =>
        kills >= KILLS[strategy] && resolved >= 200 && retried > 0;
      const { faults } = await runChaos({ strategy, jobsPerKill: 10, isEnough });
      assert.deepEqual(faults, []);
    });
  });
