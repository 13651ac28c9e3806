/** Workers that die, hang or can't be started. */
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { ForkedWorkers, makeThumbnails, type PictureReport, type ThumbnailOptions } from "desktop-fork-thumbnails";
import { SOFTWARE } from "desktop-fork-thumbnails/cache";
import { growing } from "../../support/growing.js";
import { filesBelow, makePictures, makePlace, type Place, ROOT } from "../../support/thumbnails.js";
import { until } from "../../support/until.js";

const PICTURES = 30;
const TREATED = pathToFileURL(path.join(ROOT, "test/fixtures/thumbnails/treated-worker.mjs"));

interface Treatment {
  /** A signal that the worker sends to itself, `hang`, or `no start`. */
  treatment: string;
  /** Of the worker's pictures the one at which it happens. */
  picture?: number;
}

/** Workers of which one is treated; TREATED_FILE then has its pid. */
function treatedWorkers(t: TestContext, place: Place, { treatment, picture = 2 }: Treatment) {
  const file = path.join(place.pictures, "..", "treated");
  Object.assign(process.env, { TREATMENT: treatment, TREATED_PICTURE: String(picture), TREATED_FILE: file });
  const workers = new ForkedWorkers(TREATED);
  t.after(() => workers.close());
  return { workers, file };
}

function records({ cache }: Place): number {
  const folder = path.join(cache, "fail", SOFTWARE);
  return fs.existsSync(folder) ? fs.readdirSync(folder).length : 0;
}

async function runWith(place: Place, workers: ForkedWorkers, more: Partial<ThumbnailOptions> = {}) {
  makePictures(place.pictures, { name: "*.jpg", width: 300, height: 200, format: "jpeg", count: PICTURES });
  const failures: PictureReport[] = [];
  const summary = await makeThumbnails({
    ...{ roots: [place.pictures], out: place.cache, jobs: 2, workers },
    onPicture: (report) => report.state === "failed" && failures.push(report),
    ...more,
  });
  return { summary, failures };
}

function assertNoTemporaries({ cache }: Place): void {
  for (const file of filesBelow(cache)) assert.match(file, /^(large|fail\/[^/]+)\/[0-9a-f]{32}\.png$/);
}

test("a worker that is killed costs its own picture, which is not recorded, and is replaced", async (t) => {
  const place = makePlace(t);
  const { workers } = treatedWorkers(t, place, { treatment: "SIGKILL" });
  const { summary, failures } = await runWith(place, workers);
  assert.deepEqual([summary.made, summary.failed, summary.workers], [PICTURES - 1, 1, 3]);
  assert.equal(failures[0]?.reason, "the worker was killed by SIGKILL");
  assert.equal(records(place), 0);
  assertNoTemporaries(place);
});

test("a worker that crashes costs its own picture, which is recorded", async (t) => {
  const place = makePlace(t);
  const { workers } = treatedWorkers(t, place, { treatment: "SIGSEGV" });
  const { summary, failures } = await runWith(place, workers);
  assert.deepEqual([summary.made, summary.failed, records(place)], [PICTURES - 1, 1, 1]);
  assert.match(failures[0]?.reason ?? "", /SIGSEGV/);
  assertNoTemporaries(place);
});

test("a picture that takes too long fails and is recorded, and its worker is replaced", async (t) => {
  await growing(1000, async (timeoutMs) => {
    const place = makePlace(t);
    const { workers } = treatedWorkers(t, place, { treatment: "hang" });
    const { summary, failures } = await runWith(place, workers, { timeoutMs });
    assert.equal(failures[0]?.reason, `it took longer than ${timeoutMs / 1000} s`);
    assertNoTemporaries(place);
    if (summary.failed > 1) return false;
    assert.deepEqual([summary.made, summary.failed, records(place)], [PICTURES - 1, 1, 1]);
    return true;
  });
});

test("the end of a worker that never answered is not held against its picture", async (t) => {
  await growing(1000, async (timeoutMs) => {
    const place = makePlace(t);
    const { workers } = treatedWorkers(t, place, { treatment: "hang", picture: 1 });
    const { summary } = await runWith(place, workers, { timeoutMs });
    assertNoTemporaries(place);
    if (summary.failed > 1) return false;
    assert.deepEqual([summary.made, summary.failed, records(place)], [PICTURES - 1, 1, 0]);
    return true;
  });
});

test("workers that all end at once are an error, and no picture is blamed", async (t) => {
  const place = makePlace(t);
  const { workers } = treatedWorkers(t, place, { treatment: "no start" });
  await assert.rejects(runWith(place, workers), { code: "ERR_FORK_DIED", signal: "SIGKILL" });
  assert.equal(records(place), 0);
});

test("a template that is killed is replaced, and its workers go on", async (t) => {
  const place = makePlace(t);
  const { workers } = treatedWorkers(t, place, { treatment: "SIGKILL" });
  const died = once(workers.template, "died");
  const { summary } = await runWith(place, workers, {
    onFound: (total) => total === 5 && process.kill(workers.template.pid as number, "SIGKILL"),
  });
  await died;
  assert.deepEqual([summary.made, summary.failed], [PICTURES - 1, 1]);
});

test("aborting ends the workers, leaves no temporary file, and rejects", async (t) => {
  const place = makePlace(t);
  const { workers, file } = treatedWorkers(t, place, { treatment: "hang" });
  const abort = new AbortController();
  const running = assert.rejects(runWith(place, workers, { signal: abort.signal }), { name: "AbortError" });
  await until(() => fs.existsSync(file), "a picture that hangs");
  abort.abort();
  await running;
  assertNoTemporaries(place);
});

test("no more workers are started than there are pictures", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "a.jpg", width: 300, height: 200, format: "jpeg" });
  const summary = await makeThumbnails({ roots: [place.pictures], out: place.cache, jobs: 8 });
  assert.deepEqual([summary.made, summary.workers], [1, 1]);
});

test("when nothing is to be made, no worker and no template is started", async (t) => {
  const place = makePlace(t);
  const workers = new ForkedWorkers();
  const summary = await makeThumbnails({ roots: [place.pictures], out: place.cache, workers });
  assert.deepEqual([summary.workers, await workers.sharedMemory()], [0, undefined]);
});

test("a worker's own memory is far below its template's", { skip: process.platform !== "linux" }, async (t) => {
  const place = makePlace(t);
  const { workers } = treatedWorkers(t, place, { treatment: "none", picture: 0 });
  const { summary } = await runWith(place, workers);
  const { atStart, atEnd, template } = summary.memory ?? assert.fail("nothing was measured");
  assert.ok(atStart > 0 && atStart < 8 * 2 ** 20, String(atStart));
  assert.ok(atEnd >= atStart && (template ?? 0) > atStart);
});
