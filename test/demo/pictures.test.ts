/** Pictures as they should not be, and their names. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { filesBelow, makePictures } from "../support/thumbnails.js";
import { withoutBrowser } from "./support/browser.js";
import { fillWithPictures, tileOf, useGallery } from "./support/gallery.js";

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
