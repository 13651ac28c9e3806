/** Folders as they should not be. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { filesBelow, makePictures } from "../support/thumbnails.js";
import { until } from "../support/until.js";
import { withoutBrowser } from "./support/browser.js";
import { fillWithNames, fillWithPictures, tileOf, useGallery } from "./support/gallery.js";

/** Root may do everything, unless it gives that up. */
const OBEDIENT =
  process.getuid?.() === 0
    ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    : [];

const SVG_WITH_SCRIPTS = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60" onload="alert(1)">
  <script>parent.document.title = "owned"; alert(2)</script>
  <image href="http://127.0.0.1:9/beacon.png" onerror="alert(3)"/>
  <foreignObject width="90" height="60"><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(4)</script></body></foreignObject>
  <rect width="90" height="60" fill="teal"/>
</svg>`;

/** A billion pixels to be drawn, in a hundred octets. */
const SVG_BOMB = `<svg xmlns="http://www.w3.org/2000/svg" width="32000" height="32000">
  <filter id="f"><feTurbulence baseFrequency="0.01" numOctaves="9"/></filter><rect width="100%" height="100%" filter="url(#f)"/>
</svg>`;

/** A GIF file that says it has 65,535 x 65,535 pixels. */
const GIF_CLAIMS = Buffer.from(
  "474946383961ffffffff800000ffffff00000021f90401000000002c00000000ffffffff000002024401003b",
  "hex",
);

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

  test("of broken pictures shows which, and why, and all others", async (t) => {
    const { page, shown } = await openGallery(t, {
      fill: (folder) => {
        onePicture(folder, "good.jpg");
        fs.writeFileSync(`${folder}/empty.png`, "");
        fs.writeFileSync(`${folder}/noise.webp`, Buffer.alloc(5000, 7));
        fs.writeFileSync(`${folder}/half.jpg`, fs.readFileSync(`${folder}/good.jpg`).subarray(0, 200));
        fs.symlinkSync("nowhere.jpg", `${folder}/dangling.jpg`);
        fs.symlinkSync("/", `${folder}/folder.jpg`);
        execFileSync("mkfifo", [`${folder}/pipe.jpg`]);
      },
    });
    await shown.first().waitFor();
    for (const name of ["empty.png", "noise.webp", "half.jpg"]) {
      const label = await tileOf(page, name).and(page.locator(".failed")).getAttribute("aria-label");
      assert.match(label ?? "", /can't be shown: ./);
    }
    assert.match(
      (await tileOf(page, "dangling.jpg").and(page.locator(".failed")).getAttribute("title")) ?? "",
      /not there/,
    );
    assert.match(
      (await tileOf(page, "folder.jpg").and(page.locator(".failed")).getAttribute("title")) ?? "",
      /regular/,
    );
    assert.equal(await tileOf(page, "pipe.jpg").count(), 0);
    await tileOf(page, "empty.png").click();
    await page.getByText("This picture can't be shown").waitFor();
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

  test("with names of all kinds shows each as text", async (t) => {
    const names = [
      `"quoted" 'n' \`ticked\`.jpg`,
      "line\nbreak.jpg",
      "<img src=x onerror=alert(1)>.jpg",
      "-rf *.jpg",
      "日本 ü 🖼.jpg",
      "%2e%2e.jpg",
    ];
    const { page, shown } = await openGallery(t, {
      fill: (folder) => {
        onePicture(folder);
        for (const name of names) fs.copyFileSync(`${folder}/p.jpg`, path.join(folder, name));
        fs.copyFileSync(
          `${folder}/p.jpg`,
          Buffer.concat([Buffer.from(`${folder}/latin-`), Buffer.from([0xe4]), Buffer.from(".jpg")]),
        );
      },
    });
    await shown.nth(names.length + 1).waitFor();
    const seen = await page.locator(".tile:visible .name").allTextContents();
    for (const name of names) assert.ok(seen.includes(name.replace("\n", "\\u{a}")), `${name} among ${seen}`);
    assert.ok(seen.includes("latin-\u{fffd}.jpg"));
    assert.equal(await page.locator(".tile:visible img[src^='blob:']").count(), names.length + 2);
  });

  test("with scripts in its pictures runs none of them", async (t) => {
    const { page, shown } = await openGallery(t, {
      fill: (folder) => fs.writeFileSync(`${folder}/evil.svg`, SVG_WITH_SCRIPTS),
    });
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await shown.first().waitFor();
    await tileOf(page, "evil.svg").click();
    await page.locator("#viewer img:not(.preview)").waitFor();
    assert.doesNotMatch(await page.title(), /owned/);
    const { origin } = new URL(page.url());
    const elsewhere = requests.filter((url) => !url.startsWith("blob:") && !url.startsWith(`${origin}/page/`));
    assert.deepEqual(elsewhere, []);
    const source = await page.locator(".tile img").first().getAttribute("src");
    assert.match(source ?? "", /^blob:/);
  });

  test("with picture bombs shows all other pictures, and an end of the bombs", async (t) => {
    const { page } = await openGallery(t, {
      fill: (folder) => {
        fs.writeFileSync(`${folder}/a bomb.svg`, SVG_BOMB);
        fs.writeFileSync(`${folder}/claims.gif`, GIF_CLAIMS);
        fillWithPictures(folder, 9);
      },
    });
    for (const name of ["p0.jpg", "p8.jpg"]) await tileOf(page, name).and(page.locator(".ready")).waitFor();
    await tileOf(page, "claims.gif").and(page.locator(".failed")).waitFor();
    await tileOf(page, "a bomb.svg").and(page.locator(".ready, .failed")).waitFor();
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

  test("leaves nothing half-written in the cache, however pictures were given up", async (t) => {
    const { page, place, demo, shown } = await openGallery(t, {
      fill: (folder) => fillWithPictures(folder, 200, { width: 1600, height: 1200 }),
    });
    await shown.first().waitFor();
    for (const top of [9000, 0, 5000]) await page.locator("#grid").evaluate((grid, to) => grid.scrollTo(0, to), top);
    await demo.end();
    assert.deepEqual(
      filesBelow(place.cache).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });
});
