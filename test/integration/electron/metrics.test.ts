/** Figures of processes, as the kernel has them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import test, { describe } from "node:test";
import { type ProcessMetric, processMetrics, Template, type Worker } from "../../../main/index.js";
import { fixture } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { processesOf } from "../../support/processes.js";
import { until } from "../../support/until.js";

/** The kernel tells its boot time in whole seconds. */
const CLOCKS_MS = 1100;

async function metricOf({ pid }: Pick<Worker, "pid">): Promise<ProcessMetric | undefined> {
  return (await processMetrics()).find((metric) => metric.pid === pid);
}

describe("processMetrics()", () => {
  forbidLeaks();

  test("processMetrics() lists every process of this program, by type and name, and nothing that has ended", async () => {
    using template = await Template.start({ name: "figures", spares: 0 });
    const startedMs = Date.now();
    const worker = await template.fork().run(fixture("workers.mjs"), "idle");
    const metrics = await processMetrics();
    assert.deepEqual(
      metrics.map(({ pid }) => pid).sort(),
      processesOf(process.pid)
        .map(({ pid }) => pid)
        .sort(),
    );
    const find = (type: string) => metrics.find((metric) => metric.type === type);
    assert.deepEqual([find("Template")?.pid, find("Template")?.name], [template.pid, "figures"]);
    assert.deepEqual([find("Worker")?.pid, find("Worker")?.name], [worker.pid, "idle"]);
    const created = find("Worker")?.creationTime ?? 0;
    assert.ok(created >= startedMs - CLOCKS_MS && created <= Date.now() + CLOCKS_MS, `${created} is not ${startedMs}`);

    worker.kill();
    await worker.exited;
    assert.equal(await metricOf(worker), undefined);
  });

  test("memory is what worker.memory() says, in kilobytes", async () => {
    using template = await Template.start();
    await using worker = await template.fork().run(fixture("workers.mjs"), "idle");
    const [metric, memory] = await Promise.all([metricOf(worker), worker.memory()]);
    const { workingSetSize, peakWorkingSetSize, privateBytes, proportionalSetSize } = (metric as ProcessMetric).memory;
    for (const [kilobytes, bytes] of [
      [workingSetSize, memory.rss],
      [privateBytes, memory.uss],
      [proportionalSetSize, memory.pss],
    ] as const)
      assert.ok(Math.abs(kilobytes - bytes / 1024) < 2048, `${kilobytes} kB, ${bytes} bytes`);
    assert.ok(peakWorkingSetSize >= workingSetSize && privateBytes <= workingSetSize);
  });

  test("processor time is that since the previous call", async () => {
    using template = await Template.start();
    await using worker = await template.fork().run(fixture("workers.mjs"), "spin");
    await once(worker.socket, "data");
    const outer = performance.now();
    const first = (await metricOf(worker)) as ProcessMetric;
    const inner = performance.now();
    assert.equal(first.cpu.percentCPUUsage, 0);
    await until(() => usedMs(worker) > first.cpu.cumulativeCPUUsage * 1000 + 100, "the worker to work");
    const innerMs = performance.now() - inner;
    const busy = (await metricOf(worker)) as ProcessMetric;
    const outerMs = performance.now() - outer;
    const percents = ((busy.cpu.cumulativeCPUUsage - first.cpu.cumulativeCPUUsage) * 1e5) / availableParallelism();
    const { percentCPUUsage } = busy.cpu;
    assert.ok(percentCPUUsage >= percents / outerMs && percentCPUUsage <= percents / innerMs, `${percentCPUUsage}`);
    assert.ok(percentCPUUsage > 0);
  });
});

function usedMs({ pid }: Worker): number {
  const entry = readFileSync(`/proc/${pid}/schedstat`, "utf8");
  return Number(entry.split(" ")[0]) / 1e6;
}
