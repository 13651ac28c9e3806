/** Figures of processes, as the kernel has them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import test, { describe } from "node:test";
import { type ProcessMetric, processMetrics, Template, type Worker } from "../../../main/index.js";
import { fixture } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { processesOf } from "../../support/processes.js";
import { until } from "../../support/until.js";

async function metricOf({ pid }: Pick<Worker, "pid">): Promise<ProcessMetric | undefined> {
  return (await processMetrics()).find((metric) => metric.pid === pid);
}

describe("processMetrics()", () => {
  forbidLeaks();

  test("it lists every process of this program, by type and name, and nothing that has ended", async () => {
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
    assert.ok(Math.abs((find("Worker")?.creationTime ?? 0) - startedMs) < 5000);

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
    assert.equal((await metricOf(worker))?.cpu.percentCPUUsage, 0);
    const busy = await until(() => usedMs(worker) > 100, "it to work").then(() => metricOf(worker));
    assert.ok((busy?.cpu.percentCPUUsage ?? 0) > 0);
    assert.ok((busy?.cpu.percentCPUUsage ?? 0) <= 101);
    assert.ok((busy?.cpu.cumulativeCPUUsage ?? 0) > 0);
  });
});

function usedMs({ pid }: Worker): number {
  const entry = readFileSync(`/proc/${pid}/schedstat`, "utf8");
  return Number(entry.split(" ")[0]) / 1e6;
}
