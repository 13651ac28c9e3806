/** Workers that die, hang or can't be started. */
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { makeThumbnails, type PictureReport } from "../../main/thumbnails/job.js";
import { SOFTWARE } from "../../main/thumbnails/software.js";
import { ForkedWorkers, type WorkerSource } from "../../main/thumbnails/workers.js";
import type { Worker } from "../../main/worker.js";
import { filesBelow, makePictures, makePlace, type Place } from "../support/thumbnails.js";

const PICTURES = 30;

/** Workers of which the first is treated in some way before it gets a picture. */
class Treated implements WorkerSource {
  readonly forked = new ForkedWorkers();
  readonly started: Worker[] = [];
  readonly #treat: (worker: Worker) => void | Promise<void>;

  constructor(treat: (worker: Worker) => void | Promise<void>) {
    this.#treat = treat;
  }

  async start(): Promise<Worker> {
    const worker = await this.forked.start();
    this.started.push(worker);
    if (this.started.length === 1) await this.#treat(worker);
    return worker;
  }

  sharedMemory() {
    return this.forked.sharedMemory();
  }
}

/** Lets the worker receive its picture of this number, but not work on it. */
function stopAtPicture(worker: Worker, number: number, then: () => void): void {
  const { socket } = worker;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let pictures = 0;
  socket.write = (...args: unknown[]) => {
    if (++pictures !== number) return write(...args);
    worker.kill("SIGSTOP");
    const written = write(...args);
    then();
    return written;
  };
}

function records({ cache }: Place): number {
  return fs.readdirSync(path.join(cache, "fail", SOFTWARE)).length;
}

async function runWith(place: Place, workers: Treated, more: object = {}) {
  makePictures(place.pictures, { name: "*.jpg", width: 300, height: 200, format: "jpeg", count: PICTURES });
  const failures: PictureReport[] = [];
  try {
    const summary = await makeThumbnails({
      ...{ roots: [place.pictures], out: place.cache, jobs: 2, workers },
      onPicture: (report) => report.state === "failed" && failures.push(report),
      ...more,
    });
    return { summary, failures };
  } finally {
    for (const worker of workers.started) await worker.exited;
    workers.forked.close();
  }
}

test("a worker that is killed costs its own picture, which is not recorded, and is replaced", async (t) => {
  const place = makePlace(t);
  const workers = new Treated((worker) => stopAtPicture(worker, 2, () => worker.kill("SIGKILL")));
  const { summary, failures } = await runWith(place, workers);
  assert.deepEqual([summary.made, summary.failed, summary.workers], [PICTURES - 1, 1, 3]);
  assert.equal(failures[0]?.reason, "the worker was killed by SIGKILL");
  assert.equal(records(place), 0);
});

test("a worker that crashes costs its own picture, which is recorded", async (t) => {
  const place = makePlace(t);
  const crash = (worker: Worker) => {
    worker.kill("SIGSEGV");
    worker.kill("SIGCONT");
  };
  const { summary, failures } = await runWith(
    place,
    new Treated((worker) => stopAtPicture(worker, 2, () => crash(worker))),
  );
  assert.deepEqual([summary.made, summary.failed, records(place)], [PICTURES - 1, 1, 1]);
  assert.match(failures[0]?.reason ?? "", /SIGSEGV/);
});

test("a picture that takes too long fails and is recorded, and its worker is replaced", async (t) => {
  const place = makePlace(t);
  const workers = new Treated((worker) => stopAtPicture(worker, 2, () => {}));
  const { summary, failures } = await runWith(place, workers, { timeoutMs: 2000 });
  assert.deepEqual([summary.made, summary.failed, records(place)], [PICTURES - 1, 1, 1]);
  assert.equal(failures[0]?.reason, "it took longer than 2 s");
});

test("the end of a worker that never answered is not held against its picture", async (t) => {
  const place = makePlace(t);
  const workers = new Treated((worker) => stopAtPicture(worker, 1, () => {}));
  const { summary } = await runWith(place, workers, { timeoutMs: 2000 });
  assert.deepEqual([summary.made, summary.failed, records(place)], [PICTURES - 1, 1, 0]);
});

test("workers that all end at once are an error, and no picture is blamed", async (t) => {
  const place = makePlace(t);
  const workers = new Treated(() => {});
  const start = workers.start.bind(workers);
  workers.start = async () => {
    const worker = await start();
    worker.kill("SIGKILL");
    await worker.exited;
    return worker;
  };
  await assert.rejects(runWith(place, workers), { code: "ERR_FORK_DIED" });
  assert.equal(records(place), 0);
});

test("a worker that dies while it waits costs no picture", async (t) => {
  const workers = new Treated(async (worker) => {
    worker.kill("SIGKILL");
    await worker.exited;
  });
  const { summary } = await runWith(makePlace(t), workers);
  assert.deepEqual([summary.made, summary.failed], [PICTURES, 0]);
});

test("a template that is killed is replaced, and its workers go on", async (t) => {
  const workers = new Treated(async () => {
    const died = once(workers.forked.template, "died");
    process.kill(workers.forked.template.pid as number, "SIGKILL");
    await died;
  });
  const { summary } = await runWith(makePlace(t), workers);
  assert.deepEqual([summary.made, summary.failed], [PICTURES, 0]);
});

test("aborting ends the workers, leaves no temporary file, and rejects", async (t) => {
  const place = makePlace(t);
  const abort = new AbortController();
  const workers = new Treated((worker) => stopAtPicture(worker, 2, () => abort.abort()));
  await assert.rejects(runWith(place, workers, { signal: abort.signal }), { name: "AbortError" });
  for (const file of filesBelow(place.cache)) assert.match(file, /^large\/[0-9a-f]{32}\.png$/);
});

test("no more workers are started than there are pictures", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "a.jpg", width: 300, height: 200, format: "jpeg" });
  const summary = await makeThumbnails({ roots: [place.pictures], out: place.cache, jobs: 8 });
  assert.deepEqual([summary.made, summary.workers], [1, 1]);
});

test("a worker's own memory is far below its template's", { skip: process.platform !== "linux" }, async (t) => {
  const { summary } = await runWith(makePlace(t), new Treated(() => {}));
  const { atStart, atEnd, template } = summary.memory ?? assert.fail("nothing was measured");
  assert.ok(atStart > 0 && atStart < 8 * 2 ** 20, String(atStart));
  assert.ok(atEnd >= atStart && (template ?? 0) > atStart);
});
