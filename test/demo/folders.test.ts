/** Folders as they should not be. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { makePictures } from "../support/thumbnails.js";
import { until } from "../support/until.js";
import { withoutBrowser } from "./support/browser.js";
import { fillWithNames, tileOf, useGallery } from "./support/gallery.js";

/** Root may do everything, unless it gives that up. */
const OBEDIENT =
  process.getuid?.() === 0
    ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    : [];

suite("a folder", { skip: withoutBrowser }, () => {
  const openGallery = useGallery();
  const onePicture = (folder: string, name = "p.jpg") =>
    makePictures(folder, { name, width: 60, height: 40, format: "jpeg" });

  test("without pictures says so", async (t) => {
    const { page } = await openGallery(t, { fill: (folder) => fs.writeFileSync(`${folder}/readme.txt`, "no picture") });
    await page.getByRole("heading", { name: "No pictures here" }).waitFor();
  });

  test("that does not exist says so, and another can be chosen", async (t) => {
    const { page, place, choose, shown } = await openGallery(t, { fill: onePicture });
    await choose("/does/not/exist");
    await page.getByRole("heading", { name: "This folder can't be shown" }).waitFor();
    await page.getByText("It does not exist.").first().waitFor();
    await choose(place.pictures);
    await shown.first().waitFor();
  });

  test("that is a file says so", async (t) => {
    const { page, place, choose } = await openGallery(t, { fill: onePicture });
    await choose(path.join(place.pictures, "p.jpg"));
    await page.getByText("It is no folder.").first().waitFor();
  });

  test("that may not be read says so; one below it is counted", async (t) => {
    const { page, place, choose, shown } = await openGallery(t, {
      wrapper: OBEDIENT,
      fill: (folder) => {
        onePicture(folder);
        fs.copyFileSync(`${folder}/p.jpg`, `${folder}/private.jpg`);
        fs.chmodSync(`${folder}/private.jpg`, 0);
        fs.mkdirSync(path.join(folder, "secret"), { mode: 0 });
      },
    });
    await shown.first().waitFor();
    const title = await tileOf(page, "private.jpg").and(page.locator(".failed")).getAttribute("title");
    assert.match(title ?? "", /you may not read it/);
    await page.getByText("1 of the folders below could not be read.").waitFor();
    await choose(path.join(place.pictures, "secret"));
    await page.getByText("You are not allowed to look into it.").first().waitFor();
  });

  test("with loops of symbolic links is listed once", async (t) => {
    const { page, place, choose } = await openGallery(t, {
      fill: (folder) => {
        onePicture(folder);
        fs.mkdirSync(`${folder}/a`);
        onePicture(`${folder}/a`, "q.jpg");
        fs.symlinkSync("..", `${folder}/a/up`);
        fs.symlinkSync(".", `${folder}/self`);
        fs.symlinkSync("loop.jpg", `${folder}/loop.jpg`);
        fs.symlinkSync("circle", `${folder}/circle`);
      },
    });
    await page.getByText("3 pictures", { exact: true }).waitFor();
    assert.match(
      (await tileOf(page, "loop.jpg").and(page.locator(".failed")).getAttribute("title")) ?? "",
      /leads to itself/,
    );
    await choose(path.join(place.pictures, "circle"));
    await page.getByText("leads to itself").first().waitFor();
    await choose(path.join(place.pictures, "self"));
    await page.getByText("3 pictures", { exact: true }).waitFor();
  });

  test("that is deleted while it is open says so, and the gallery goes on", async (t) => {
    const { page, place, shown, choose } = await openGallery(t, { fill: (folder) => fillWithNames(folder, 300) });
    await page.getByText("300 pictures").waitFor();
    fs.rmSync(place.pictures, { recursive: true });
    await page.getByText("The folder is not there any more.").first().waitFor();
    await page.locator("#grid").evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    await page.locator(".tile.failed:visible").first().waitFor();
    const other = path.join(path.dirname(place.pictures), "other");
    fs.mkdirSync(other);
    onePicture(other);
    await choose(other);
    await shown.first().waitFor();
  });

  test("that changes can be listed again", async (t) => {
    const { page, place, shown } = await openGallery(t, { fill: onePicture });
    await shown.first().waitFor();
    onePicture(place.pictures, "q.jpg");
    await page.getByText("Something in this folder has changed.").waitFor();
    await page.getByRole("button", { name: "List it again" }).click();
    await shown.nth(1).waitFor();
    await page.getByText("2 pictures", { exact: true }).waitFor();
  });

  test("is browsed for in the page's own dialog", async (t) => {
    const { page, shown } = await openGallery(t, {
      fill: (folder) => {
        fs.mkdirSync(`${folder}/Summer ü`);
        onePicture(`${folder}/Summer ü`, "beach.jpg");
        onePicture(folder);
      },
    });
    await shown.nth(1).waitFor();
    await page.getByRole("button", { name: "Choose a folder" }).click();
    const dialog = page.getByRole("dialog", { name: "Choose a folder" });
    await dialog.getByRole("button", { name: "Summer ü" }).click();
    await dialog.getByText("There are no folders in it.").waitFor();
    await dialog.getByRole("button", { name: "Show the pictures" }).click();
    await page.getByText("1 picture", { exact: true }).waitFor();
    await tileOf(page, "beach.jpg").waitFor();
  });

  test("keeps what was typed in that dialog when an answer comes late", async (t) => {
    const { page, place, choose, shown } = await openGallery(t, { fill: onePicture });
    let answer: (() => void) | undefined;
    await page.routeWebSocket(/./, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        if (!String(message).includes('"name":"browsed"')) return socket.send(message);
        answer = () => socket.send(message);
      });
    });
    await page.reload();
    await shown.first().waitFor();
    await page.getByRole("button", { name: "Choose a folder" }).click();
    const input = page.getByLabel("Path of the folder");
    await input.fill("/does/not/exist");
    (await until(() => answer, "the answer"))();
    await page.getByText("There are no folders in it.").waitFor();
    assert.equal(await input.inputValue(), "/does/not/exist");
    await page.getByRole("button", { name: "Show the pictures" }).click();
    await page.getByRole("heading", { name: "This folder can't be shown" }).waitFor();
    await choose(place.pictures);
    await shown.first().waitFor();
  });
});
