/**
 * Kills random workers of a pool, a minute long, under load, and accounts for every job:
 *
 *     node dist/test/stress/pool-chaos.js [--seconds 60] [--jobs-per-kill 10] [--strategy fork|exec]
 *
 * Both strategies unless one is named. The exit code says whether all went well.
 */
import { parseArgs } from "node:util";
import { assertNothingLeft } from "../support/leaks.js";
import { runChaos } from "../support/pool-chaos.js";
import { descriptors, processesOf } from "../support/processes.js";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    "jobs-per-kill": { type: "string", default: "10" },
    strategy: { type: "string" },
  },
});

for (const strategy of ["fork", "exec"] as const) {
  if (options.strategy !== undefined && options.strategy !== strategy) continue;
  const [open, running] = [descriptors(), processesOf(process.pid)];
  const end = performance.now() + Number(options.seconds) * 1000;
  const report = await runChaos({
    strategy,
    jobsPerKill: Number(options["jobs-per-kill"]),
    isEnough: () => performance.now() > end,
  });
  const { faults, ...counts } = report;
  process.stdout.write(`${strategy}: ${JSON.stringify(counts)}\n`);
  for (const fault of faults.slice(0, 20)) process.stdout.write(`  ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
  await assertNothingLeft(open, running);
}
