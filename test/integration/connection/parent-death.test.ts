/** What becomes of processes whose parent is killed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { EXEC, FORK, FORK_WITH_SPARES } from "../../support/configurations.js";
import { exists, processesOf } from "../../support/processes.js";
import { startProgram } from "../../support/program.js";
import { until } from "../../support/until.js";

async function killParent(env: Readonly<Record<string, string>>): Promise<void> {
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
  await until(() => left().length === 0, "the end of everything").catch(() => {});
  const survived = exists(survivor);
  process.kill(survivor, "SIGKILL");
  assert.deepEqual(left(), []);
  assert.equal(survived, true);
  await ended;
}

suite("a parent that is killed", () => {
  for (const { name, env } of [FORK, FORK_WITH_SPARES, EXEC])
    test(`${name}: a parent that is killed takes everything along, busy or not, except what is detached`, () =>
      killParent(env));
});
