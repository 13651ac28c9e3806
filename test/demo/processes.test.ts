/** The live panel's buttons, on real processes. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { exists, processesOf } from "../support/processes.js";
import { until } from "../support/until.js";
import { withoutBrowser } from "./support/browser.js";
import { fillWithPictures, pidsOf, rowOf, tileOf, useGallery } from "./support/gallery.js";

const COUNT = 150;

suite("the live panel", { skip: withoutBrowser }, () => {
  const openGallery = useGallery();
  /** Large enough that workers are busy for some seconds. */
  const fill = (folder: string) => fillWithPictures(folder, COUNT, { width: 1600, height: 1200 });

  test("shows the main process, its template and its workers, with their memory", async (t) => {
    const { page, demo, shown } = await openGallery(t, { fill, workers: 3 });
    await shown.first().waitFor();
    assert.deepEqual(await pidsOf(page, "main"), [demo.pid]);
    await until(async () => (await pidsOf(page, "worker")).length === 3, "three workers");
    const [template] = await pidsOf(page, "template");
    const pids = [template, ...(await pidsOf(page, "worker"))];
    const titles = processesOf(demo.pid).filter(({ pid }) => pids.includes(pid));
    assert.equal(titles.length, 4);
    for (const pid of pids) assert.match((await rowOf(page, pid as number).textContent()) ?? "", /[1-9][\d.]* MB/);
  });

  test("has more workers and fewer, as people like", async (t) => {
    const { page, demo, shown } = await openGallery(t, { fill, workers: 1 });
    await shown.first().waitFor();
    const more = page.getByRole("button", { name: "One worker more" });
    await more.click();
    await page.locator("#workers", { hasText: "2" }).waitFor();
    await more.click();
    await until(async () => (await pidsOf(page, "worker")).length === 3, "three workers");
    const fewer = page.getByRole("button", { name: "One worker less" });
    for (const count of [2, 1]) {
      await fewer.click();
      await page.locator("#workers", { hasText: String(count) }).waitFor();
    }
    await until(async () => (await pidsOf(page, "worker")).length === 1, "one worker");
    await until(
      () => processesOf(demo.pid).filter(({ title }) => title.endsWith("thumbnails")).length === 1,
      "one process",
    );
  });

  for (const [button, signal] of [
    ["Kill", "SIGKILL"],
    ["Crash", "SIGSEGV"],
  ] as const)
    test(`a worker that gets ${signal} is replaced, and no picture is lost`, async (t) => {
      const { page, shown } = await openGallery(t, { fill });
      await shown.first().waitFor();
      await page.getByLabel("Whole folder").check({ force: true });
      const [victim] = (await pidsOf(page, "worker")) as [number];
      await page.getByRole("button", { name: `${button} worker ${victim}` }).click();
      await until(() => !exists(victim), "the worker's end");
      await until(async () => {
        const pids = await pidsOf(page, "worker");
        return pids.length === 2 && !pids.includes(victim);
      }, "another worker");
      await page.getByText(`whole folder: ${COUNT} of ${COUNT}`).waitFor();
      await page.locator("#grid").evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
      await tileOf(page, `p${COUNT - 1}.jpg`)
        .and(page.locator(".ready"))
        .waitFor();
      assert.equal(await page.locator(".tile.failed:visible").count(), 0);
    });

  test("recovers by itself when its template is killed", async (t) => {
    const { page, shown } = await openGallery(t, { fill });
    await shown.first().waitFor();
    const [template] = (await pidsOf(page, "template")) as [number];
    await page.getByRole("button", { name: `Kill template ${template}` }).click();
    await until(() => !exists(template), "the template's end");
    for (const worker of await pidsOf(page, "worker"))
      await page
        .getByRole("button", { name: `Kill worker ${worker}` })
        .click({ timeout: 2000 })
        .catch(() => {});
    await page.locator("#grid").evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    await tileOf(page, `p${COUNT - 1}.jpg`)
      .and(page.locator(".ready"))
      .waitFor();
    const [successor] = await pidsOf(page, "template");
    assert.notEqual(successor, template);
  });

  test("starts programs both ways, and says what each cost", async (t) => {
    const { page, shown } = await openGallery(t, { fill });
    await shown.first().waitFor();
    await page.getByRole("button", { name: "desktop-fork", exact: true }).click();
    await page.getByRole("rowheader", { name: "desktop-fork", exact: true }).waitFor();
    await page.getByRole("button", { name: "child_process", exact: true }).click();
    await page.getByRole("rowheader", { name: "child_process", exact: true }).waitFor();
    const cells = await page.locator("#programs td").allTextContents();
    assert.equal(cells.length, 4);
    for (const cell of cells) assert.match(cell, /^[\d.]+ m?s$/);
  });

  test("makes the main process large, and small again", async (t) => {
    const { page, demo } = await openGallery(t);
    const size = async () => (await rowOf(page, demo.pid).textContent()) ?? "";
    await page.getByRole("button", { name: "Allocate" }).click();
    const free = page.getByRole("button", { name: /^Free [\d.]+ [MG]B/ });
    await free.waitFor();
    assert.match(await size(), /\d+ MB|GB/);
    await free.click();
    await page.getByRole("button", { name: "Allocate" }).waitFor();
  });

  test("leaves nothing running when the program ends", async (t) => {
    const { demo, shown } = await openGallery(t, { fill });
    await shown.first().waitFor();
    await demo.end();
    assert.deepEqual(processesOf(demo.pid), []);
  });
});
