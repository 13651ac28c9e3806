/** How the cost of a start grows with the template's heap, and with the number of live workers. */
import type { BenchCase, Measured, Metric } from "../bench-case.js";
import { firstByte, withTemplate } from "../support/ours.js";
import { programPath, programUrl } from "../support/programs.js";
import { type Start, timesToFirstByte } from "../support/starts.js";

const HEAPS_MB = [10, 50, 100, 200, 350, 500];
const WORKERS = [1, 10, 100, 300, 1000];
const STARTS = 15;
const BYTES_PER_MB = 1e6;

async function growHeap(): Promise<Measured> {
  const figures: Record<string, number | number[]> = {};
  for (const megabytes of HEAPS_MB) {
    const env = { ...process.env, BENCH_HEAP_MB: String(megabytes) };
    await withTemplate({ modules: [programPath("ballast.cjs")], env }, async (template) => {
      const start = (): Start => {
        const running = template.fork().run(programUrl("ours.cjs"));
        return { first: running.then(firstByte), end: async () => (await running).exited };
      };
      figures[`start-${megabytes}`] = await timesToFirstByte(STARTS, start, 0);
      const worker = await template.fork().run(programUrl("memory-ours.cjs"));
      await firstByte(worker);
      figures[`uss-${megabytes}`] = (await worker.memory()).uss / BYTES_PER_MB;
      await worker[Symbol.asyncDispose]();
    });
  }
  return figures;
}

async function growWorkers(): Promise<Measured> {
  const figures: Record<string, number | number[]> = {};
  await withTemplate({ modules: [programPath("gc.cjs")] }, async (template) => {
    const live = [];
    for (const count of WORKERS) {
      const times = [];
      while (live.length < count) {
        const begin = performance.now();
        const worker = await template.fork().run(programUrl("memory-ours.cjs"));
        await firstByte(worker);
        times.push(performance.now() - begin);
        live.push(worker);
      }
      figures[`start-${count}`] = times.slice(-STARTS);
      figures[`pss-${count}`] = ((await live[0]?.memory())?.pss ?? Number.NaN) / BYTES_PER_MB;
    }
    await Promise.all(live.map((worker) => worker[Symbol.asyncDispose]()));
  });
  return figures;
}

interface Curves {
  places: readonly number[];
  unit: string;
  curves: Record<string, { title: string; unit: string }>;
}

function points({ places, unit, curves }: Curves): Record<string, Partial<Metric>> {
  const metrics: Record<string, Partial<Metric>> = {};
  for (const [name, curve] of Object.entries(curves))
    for (const x of places)
      metrics[`${name}-${x}`] = {
        title: `${curve.title}, ${x} ${unit}`,
        unit: curve.unit,
        point: { series: curve.title, x, unit },
      };
  return metrics;
}

export const growthHeapCase: BenchCase = {
  name: "growth-heap",
  title: "A start as the template's heap grows",
  unit: "ms",
  better: "lower",
  variants: { "desktop-fork": growHeap },
  metrics: points({
    places: HEAPS_MB,
    unit: "MB of heap",
    curves: { start: { title: "call to first byte", unit: "ms" }, uss: { title: "USS of the worker", unit: "MB" } },
  }),
  depths: ["full"],
  tags: ["growth"],
  rounds: { full: 3 },
};

export const growthWorkersCase: BenchCase = {
  name: "growth-workers",
  title: "A start as more workers are alive",
  unit: "ms",
  better: "lower",
  variants: { "desktop-fork": growWorkers },
  metrics: points({
    places: WORKERS,
    unit: "live workers",
    curves: { start: { title: "call to first byte", unit: "ms" }, pss: { title: "PSS of a worker", unit: "MB" } },
  }),
  depths: ["full"],
  tags: ["growth"],
  rounds: { full: 3 },
};
