/** The gallery's grid in a browser: what is seen, by mouse, keyboard and screen reader. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutBrowser } from "./support/browser.js";
import { fillWithNames, fillWithPictures, tileOf, useGallery } from "./support/gallery.js";

suite("the grid", { skip: withoutBrowser }, () => {
  const openGallery = useGallery();
  const some = (count: number) => (folder: string) => fillWithPictures(folder, count);

  test("shows the thumbnails of all pictures in view, in the order of their names", async (t) => {
    const { page, shown } = await openGallery(t, { fill: some(12) });
    await shown.nth(11).waitFor();
    const names = await page.getByRole("option").allTextContents();
    assert.deepEqual(
      names,
      Array.from({ length: 12 }, (_, index) => `p${index}.jpg`),
    );
    assert.equal(await page.locator("#count").textContent(), "12 pictures");
  });

  test("keeps a hundred thousand pictures in a few tiles, and finds the last one", async (t) => {
    const { page } = await openGallery(t, { fill: (folder) => fillWithNames(folder, 100_000) });
    await page.getByText("100,000 pictures", { exact: true }).waitFor();
    await page.getByRole("listbox", { name: "Pictures" }).press("Home");
    await page.getByRole("listbox", { name: "Pictures" }).press("End");
    await tileOf(page, "IMG_99999.jpg").waitFor();
    assert.ok((await page.locator(".tile").count()) < 200);
    const last = tileOf(page, "IMG_99999.jpg");
    assert.equal(await last.getAttribute("aria-posinset"), "100000");
    assert.equal(await last.getAttribute("aria-setsize"), "100000");
  });

  test("cancels what is scrolled away, and makes what comes into view instead", async (t) => {
    const { page, shown } = await openGallery(t, { fill: some(600) });
    await shown.first().waitFor();
    await page.locator("#grid").evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    await tileOf(page, "p599.jpg").and(page.locator(".ready")).waitFor();
    const status = (await page.locator("#progress").textContent()) ?? "";
    const cancelled = Number(/([\d,]+) cancelled/.exec(status)?.[1]?.replace(",", ""));
    assert.ok(cancelled > 0, status);
  });

  test("is worked by the keyboard, and opens pictures", async (t) => {
    const { page, shown } = await openGallery(t, { fill: some(12) });
    await shown.nth(11).waitFor();
    const grid = page.getByRole("listbox", { name: "Pictures" });
    await grid.focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"])
      await page.keyboard.press(key);
    const selected = page.getByRole("option", { selected: true });
    assert.equal(await selected.textContent(), "p1.jpg");
    assert.equal(await grid.getAttribute("aria-activedescendant"), await selected.getAttribute("id"));
    await page.keyboard.press("Enter");
    const viewer = page.getByRole("dialog", { name: "Picture" });
    await viewer.getByText("2 of 12").waitFor();
    await page.keyboard.press("ArrowRight");
    await viewer.getByText("3 of 12").waitFor();
    await viewer.locator("img:not(.preview)").waitFor();
    await page.keyboard.press("Escape");
    await viewer.waitFor({ state: "hidden" });
    // A dialog is gone before it says that it was closed.
    await page.getByRole("option", { name: "p2.jpg", selected: true }).waitFor();
    await page.locator("#grid:focus").waitFor();
  });

  test("keeps its place when the window and the tiles change their size", async (t) => {
    const { page } = await openGallery(t, { fill: (folder) => fillWithNames(folder, 5000) });
    await page.getByText("5,000 pictures").waitFor();
    await page.locator("#grid").evaluate((grid) => grid.scrollTo(0, 40_000));
    const first = async () =>
      Number(
        await page
          .locator(".tile:visible")
          .evaluateAll((tiles) => Math.min(...tiles.map((tile) => Number(tile.getAttribute("aria-posinset"))))),
      );
    await page.waitForFunction("document.querySelector('#grid').scrollTop > 39000");
    const before = await first();
    await page.setViewportSize({ width: 700, height: 500 });
    await page.locator("#size").fill("112");
    await page.locator("#size").fill("240");
    const after = await first();
    assert.ok(Math.abs(after - before) < 30, `${before} became ${after}`);
  });

  test("has the whole window to itself when that is narrow, until the panel is asked for", async (t) => {
    const { page, shown } = await openGallery(t, { fill: some(3), context: { viewport: { width: 520, height: 600 } } });
    await shown.nth(2).waitFor();
    const toggle = page.getByRole("button", { name: "Live panel" });
    const panel = page.getByRole("complementary", { name: "Live panel" });
    assert.equal(await panel.isVisible(), false);
    await toggle.click();
    await panel.waitFor();
    assert.equal(await toggle.getAttribute("aria-expanded"), "true");
    const right = await toggle.evaluate((element) => element.getBoundingClientRect().right);
    assert.ok(right <= 520, `the last button ends at ${right}`);
    await page.setViewportSize({ width: 1200, height: 600 });
    await panel.waitFor();
    await page.setViewportSize({ width: 520, height: 600 });
    await panel.waitFor({ state: "hidden" });
  });

  test("has a name for everything that can be worked", async (t) => {
    const { page, shown } = await openGallery(t, { fill: some(3) });
    await shown.nth(2).waitFor();
    const unnamed =
      await page.evaluate(`[...document.querySelectorAll("button, input, canvas, aside, [role]:not([role=log])")]
      .filter((element) => element.getAttribute("role") !== "presentation" && element.checkVisibility())
      .filter((element) => !(element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.length))
      .map((element) => element.outerHTML)`);
    assert.deepEqual(unnamed, []);
  });

  test("is dark or light as the system is, or as people choose", async (t) => {
    const { page, shown } = await openGallery(t, { fill: some(1), context: { colorScheme: "light" } });
    await shown.first().waitFor();
    const background = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    assert.equal(await background(), "rgb(245, 246, 248)");
    await page.getByRole("button", { name: "Theme: system" }).click();
    assert.equal(await background(), "rgb(13, 15, 19)");
    await page.reload();
    await page.getByRole("button", { name: "Theme: dark" }).click();
    assert.equal(await background(), "rgb(245, 246, 248)");
  });
});
