/** What becomes of processes whose parent is killed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { EXEC, FORK } from "../support/configurations.js";
import { exists, processesOf } from "../support/processes.js";
import { startProgram } from "../support/program.js";
import { until } from "../support/until.js";

/** A second on a machine that has nothing else to do. */
const PATIENCE_MS = 10_000;

suite("a parent that is killed", () => {
  for (const { name, env } of [FORK, EXEC])
    test(`${name}: takes everything along, busy or not, except what is detached`, async () => {
      const { child, ended } = startProgram("many-workers.mjs", { env });
      const [said] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
      const { pids, survivor } = JSON.parse(String(said)) as { pids: number[]; survivor: number };
      assert.equal(pids.length, 22);
      assert.deepEqual(
        pids.filter((pid) => !exists(pid)),
        [],
      );
      child.kill("SIGKILL");
      const left = () => processesOf(child.pid as number).filter(({ pid }) => pid !== survivor);
      await until(() => left().length === 0, "the end of everything", PATIENCE_MS).catch(() => {});
      const survived = exists(survivor);
      process.kill(survivor, "SIGKILL");
      assert.deepEqual(left(), []);
      assert.equal(survived, true);
      await ended;
    });
});
