/** What workers that crash leave in this program's memory. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import v8 from "node:v8";
import { ForkProcess } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";
import { testPool } from "../../support/pools.js";
import { until } from "../../support/until.js";

const CRASHES = 60;
/** Workers and spares that are alive, or on their way. */
const MOST_LEFT = 6;

/** A full collection comes first. */
const { queryObjects } = v8 as unknown as { queryObjects(type: unknown, options: { format: "count" }): number };

suite("crashed workers", () => {
  forbidLeaks();

  for (const stderr of ["ignore", "forward", "pipe", "job"] as const)
    test(`stderr '${stderr}': their objects are collected`, async (t) => {
      const pool = testPool(t, { stderr });
      pool.stderr?.resume();
      for (let crash = 0; crash < CRASHES; crash++)
        await assert.rejects(pool.run("exit", [3, stderr === "ignore" ? undefined : ""]), { code: "ERR_FORK_DIED" });
      await until(() => queryObjects(ForkProcess, { format: "count" }) <= MOST_LEFT, "no more than the living");
      await pool.close();
    });
});
