/** A gallery in a browser, as the tests of a suite share it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { afterEach, type TestContext } from "node:test";
import type { BrowserContextOptions, Locator, Page } from "playwright";
import { makePictures, makePlace, type Place } from "../../support/thumbnails.js";
import { useBrowser } from "./browser.js";
import { type Demo, type DemoOptions, startDemo } from "./program.js";

/** A machine with two cores does many things beside this. */
export const PATIENCE_MS = 30_000;

export interface OpenGallery {
  readonly page: Page;
  readonly demo: Demo;
  readonly place: Place;
  /** Tiles whose picture can be seen. */
  readonly shown: Locator;
  /** Shows another folder, by way of the page's own dialog. */
  choose(folder: string): Promise<void>;
}

export interface GalleryOptions extends Omit<DemoOptions, "folder" | "home"> {
  context?: BrowserContextOptions;
  /** Fills the folder before the gallery opens it. */
  fill?(folder: string): void;
}

/** Call it in a suite. What is opened is gone after the test, and no page may have met an error. */
export function useGallery(): (test: TestContext, options?: GalleryOptions) => Promise<OpenGallery> {
  const newPage = useBrowser();
  let ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    ends = [];
  });
  return async (test, { context, fill, ...options } = {}) => {
    const place = makePlace(test);
    fill?.(place.pictures);
    const demo = await startDemo({ ...options, folder: place.pictures, home: place.home });
    ends.push(() => demo.end());
    const { page, errors } = await newPage(context);
    page.setDefaultTimeout(PATIENCE_MS);
    ends.push(async () => {
      await page.context().close();
      assert.deepEqual(errors, [], "the page met errors");
    });
    await page.goto(demo.address);
    const choose = async (folder: string) => {
      await page.getByRole("button", { name: "Choose a folder" }).first().click();
      await page.getByLabel("Path of the folder").fill(folder);
      await page.getByRole("button", { name: "Show the pictures" }).click();
    };
    return { page, demo, place, shown: page.locator(".tile.ready:visible"), choose };
  };
}

/** The tile of a picture, by its name. */
export function tileOf(page: Page, name: string): Locator {
  return page.getByRole("option", { name });
}

/** Pictures p0.jpg, p1.jpg, …: one file with many names, which is work for workers all the same. */
export function fillWithPictures(folder: string, count: number, size = { width: 400, height: 300 }): void {
  makePictures(folder, { name: "p0.jpg", ...size, format: "jpeg" });
  for (let number = 1; number < count; number++) fs.linkSync(`${folder}/p0.jpg`, `${folder}/p${number}.jpg`);
}

/** Names of files in a folder that nobody has to read. */
export function fillWithNames(folder: string, count: number): void {
  for (let number = 0; number < count; number++) fs.writeFileSync(`${folder}/IMG_${number}.jpg`, "");
}

/** Of one process in the panel. */
export function rowOf(page: Page, pid: number): Locator {
  return page.locator(".process", { hasText: String(pid) });
}

/** Pids in the panel, by what they are. */
export async function pidsOf(page: Page, kind: "worker" | "template" | "main"): Promise<number[]> {
  return (await page.locator(`.process.${kind} .pid`).allTextContents()).map(Number);
}
