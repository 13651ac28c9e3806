/** What axe-core finds in the gallery's page, in each of its states: names, roles, contrast, order. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { suite, test } from "node:test";
import type { Page } from "playwright";
import { withoutBrowser } from "./support/browser.js";
import { fillWithPictures, tileOf, useGallery } from "./support/gallery.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface Finding {
  id: string;
  help: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** @returns what is wrong, a line each */
async function faultsOf(page: Page): Promise<string[]> {
  const violations = await page.evaluate<Finding[]>("axe.run().then(({ violations }) => violations)");
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target}: ${failureSummary}`),
  );
}

suite("for people who can't see or point, axe-core finds no fault in", { skip: withoutBrowser }, () => {
  const openGallery = useGallery();

  for (const colorScheme of ["dark", "light"] as const)
    test(`the gallery, its dialogs, and its empty state, ${colorScheme}`, async (t) => {
      // The page's policy keeps scripts of others out; axe is one.
      const { page, place, choose, shown } = await openGallery(t, {
        fill: (folder) => {
          fillWithPictures(folder, 6);
          fs.writeFileSync(`${folder}/broken.jpg`, "no picture");
        },
        context: { colorScheme, bypassCSP: true, reducedMotion: "reduce" },
      });
      const isFaultless = async () => assert.deepEqual(await faultsOf(page), []);
      await page.addScriptTag({ path: AXE });
      await shown.nth(5).waitFor();
      await page.locator(".tile.failed").waitFor();
      await page.locator(".process.worker").nth(1).waitFor();
      await page.getByRole("button", { name: "desktop-fork", exact: true }).click();
      await page.getByRole("rowheader", { name: "desktop-fork", exact: true }).waitFor();
      await isFaultless();

      await tileOf(page, "p2.jpg").click();
      await page.getByRole("dialog", { name: "Picture" }).locator("img:not(.preview)").waitFor();
      await isFaultless();
      await page.keyboard.press("Escape");

      await page.getByRole("button", { name: "Choose a folder" }).click();
      await page.getByRole("button", { name: "Computer" }).waitFor();
      await isFaultless();
      await page.keyboard.press("Escape");

      await choose(`${place.pictures}/nowhere`);
      await page.getByRole("heading", { name: "This folder can't be shown" }).waitFor();
      await isFaultless();
    });
});
