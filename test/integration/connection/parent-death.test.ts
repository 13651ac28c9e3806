/** What becomes of processes whose parent is killed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { EXEC, FORK } from "../../support/configurations.js";
import { exists, processesOf } from "../../support/processes.js";
import { startProgram } from "../../support/program.js";
import { until } from "../../support/until.js";

const LIMIT_MS = 1000;
/** A busy machine may take longer than it should, but not for ever, and not each time. */
const PATIENCE_MS = 10_000;
const ATTEMPTS = 4;

/** With the spare that a program has ready when it asks for nothing else. */
const FORK_WITH_SPARE = { name: "fork with a spare", env: { DESKTOP_FORK_SPARES: "1" } };

/** @returns how long anything was left of twenty workers and what they come from, in milliseconds */
async function killParent(env: Readonly<Record<string, string>>): Promise<number> {
  const { child, ended } = startProgram("many-workers.mjs", { env });
  const [said] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const { pids, survivor } = JSON.parse(String(said)) as { pids: number[]; survivor: number };
  assert.equal(pids.length, 22);
  assert.deepEqual(
    pids.filter((pid) => !exists(pid)),
    [],
  );
  const killed = performance.now();
  child.kill("SIGKILL");
  const left = () => processesOf(child.pid as number).filter(({ pid }) => pid !== survivor);
  await until(() => left().length === 0, "the end of everything", PATIENCE_MS).catch(() => {});
  const elapsedMs = performance.now() - killed;
  const survived = exists(survivor);
  process.kill(survivor, "SIGKILL");
  assert.deepEqual(left(), []);
  assert.equal(survived, true);
  await ended;
  return elapsedMs;
}

suite("a parent that is killed", () => {
  for (const { name, env } of [FORK, FORK_WITH_SPARE, EXEC])
    test(`${name}: takes everything along within a second, busy or not, except what is detached`, async (context) => {
      const tries: number[] = [];
      do tries.push(await killParent(env));
      while (Math.min(...tries) > LIMIT_MS && tries.length < ATTEMPTS);
      context.diagnostic(`${tries.map(Math.round).join(", ")} ms`);
      assert.ok(Math.min(...tries) <= LIMIT_MS, `${tries.join(", ")} ms`);
    });
});
