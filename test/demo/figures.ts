/** `npm run demo:figures`: what the gallery's page feels like, measured in Chromium. It only reports, unless it is told to be strict. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command as Program } from "commander";
import { chromium, type Page } from "playwright";
import WebSocket from "ws";
import { readMemory } from "../../main/metrics/memory.js";
import type { Command } from "../../renderer-demo/contract/commands.js";
import type { ProgramsDone, Pulse } from "../../renderer-demo/contract/events.js";
import { decodeEvent, PROTOCOL, TOKEN_PROTOCOL_PREFIX } from "../../renderer-demo/contract/frames.js";
import { describeMachine, machineLine } from "../bench/support/machine.js";
import { ROOT } from "../support/thumbnails.js";
import { chromiumPath, FLAGS, withoutBrowser } from "./support/browser.js";
import { FigureReport } from "./support/figure-report.js";
import { fillWithNames, pidsOf } from "./support/gallery.js";
import { type Demo, startDemo } from "./support/program.js";

const PHOTOS = 2000;
const DIFFERENT = 24;
const WORKERS = 4;
const WATCHED_MS = 10_000;
const REST_MS = 3000;

const program = new Program("figures")
  .description("Measures the gallery's page in Chromium.")
  .option("--strict", "exit with 1 when a goal is missed")
  .parse();
const { strict = false } = program.opts<{ strict?: boolean }>();
const report = new FigureReport();

if (withoutBrowser !== false) throw new Error(withoutBrowser);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-figures-"));
const places = Object.fromEntries(["empty", "photos", "many", "cache"].map((name) => [name, path.join(folder, name)]));
const { empty, photos, many, cache } = places as Record<"empty" | "photos" | "many" | "cache", string>;

/** Something that asks the gallery for what the page has no button for. */
async function openLine({ address }: Demo) {
  const { host, origin, hash } = new URL(address);
  const socket = new WebSocket(`ws://${host}/`, [PROTOCOL, TOKEN_PROTOCOL_PREFIX + hash.slice(1)], { origin });
  const done: ProgramsDone[] = [];
  let pulse: Pulse | undefined;
  let waiting: (() => void) | undefined;
  socket.on("message", (data, isBinary) => {
    const event = isBinary ? undefined : decodeEvent(String(data));
    if (event?.name === "pulse") pulse = event;
    if (event?.name === "programs") done.push(event);
    if (event?.name === "pulse" || event?.name === "programs") waiting?.();
  });
  await once(socket, "open");
  return {
    send: (command: Command) => socket.send(JSON.stringify(command)),
    async until<T>(
      look: (pulse: Pulse | undefined, done: readonly ProgramsDone[]) => T | undefined | false,
    ): Promise<T> {
      for (;;) {
        const found = look(pulse, done);
        if (found !== undefined && found !== false) return found;
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      }
    },
    close: () => socket.terminate(),
  };
}

/** Milliseconds from the press of the button until the first element is there. */
async function timeUntil(page: Page, path: string, selector: string): Promise<number> {
  await page.getByRole("button", { name: "Choose a folder" }).first().click();
  await page.getByLabel("Path of the folder").fill(path);
  return page.evaluate<number>(`new Promise((resolve) => {
    const begun = performance.now();
    document.querySelector("#folders-open").click();
    const look = () => {
      const there = document.querySelector("#path").textContent === ${JSON.stringify(path)};
      if (there && !document.querySelector("#count").textContent.includes("so far") && document.querySelector(${JSON.stringify(selector)})) resolve(performance.now() - begun);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`);
}

/** The times of all frames while something goes on. */
async function framesWhile(page: Page, work: () => Promise<unknown>): Promise<number[]> {
  await page.evaluate(`window.frames$ = []; window.watch$ = true; void function () {
    let before = performance.now();
    const frame = (now) => { window.frames$.push(now - before); before = now; if (window.watch$) requestAnimationFrame(frame); };
    requestAnimationFrame((now) => { before = now; requestAnimationFrame(frame); });
  }()`);
  await work();
  return page.evaluate<number[]>("window.watch$ = false, window.frames$");
}

/** In megabytes. */
async function ownMemory(page: Page): Promise<number> {
  const uses = await Promise.all((await pidsOf(page, "worker")).map((pid) => readMemory(pid)));
  return uses.reduce((sum, { uss }) => sum + uss, 0) / 2 ** 20;
}

async function scrollAbout(page: Page): Promise<void> {
  const begun = performance.now();
  for (let step = 1; performance.now() - begun < WATCHED_MS; step++) {
    await page.mouse.wheel(0, step % 40 < 20 ? 300 : -250);
    await sleep(50);
  }
}

type Line = Awaited<ReturnType<typeof openLine>>;

async function measureThumbnails(page: Page, line: Line): Promise<void> {
  report.addFrames("frames of the page at rest", await framesWhile(page, () => sleep(REST_MS)));
  const firstMs = await timeUntil(page, photos, ".tile.ready");
  const choosing = "from choosing 2,000 photographs to the first thumbnail";
  report.add(choosing, `${firstMs.toFixed(0)} ms`, { value: firstMs, most: 300 });
  await page.mouse.move(300, 400);
  report.addFrames("frames while thumbnails are made, scrolling", await framesWhile(page, () => scrollAbout(page)));
  await page.getByLabel("Whole folder").check({ force: true });
  const before = await line.until((pulse) => pulse);
  report.addFrames("frames while the whole folder is filled", await framesWhile(page, () => sleep(WATCHED_MS)));
  const after = await line.until((pulse) => pulse !== before && pulse);
  report.add("pictures per second meanwhile", (((after.made - before.made) * 1000) / WATCHED_MS).toFixed(0));
}

/** Pictures are being made meanwhile. */
async function measurePrograms(page: Page, line: Line): Promise<void> {
  line.send({ name: "ballast", megabytes: 1024 });
  await line.until((pulse) => (pulse?.ballast ?? 0) >= 1024 * 2 ** 20);
  for (const [number, by] of (["desktop-fork", "child_process"] as const).entries()) {
    const frames = await framesWhile(page, async () => {
      line.send({ name: "programs", by, count: 50 });
      await line.until((_, done) => done.length > number);
    });
    const { longestHoldUpMs, holdUpMs } = await line.until((_, done) => done[number]);
    report.add(
      `50 programs by ${by}, main process of 1 GB: its hold-ups`,
      `longest ${longestHoldUpMs.toFixed(1)}, in all ${holdUpMs.toFixed(0)} ms`,
    );
    report.addFrames("  the page's frames meanwhile, pictures being made", frames, by === "desktop-fork");
  }
  line.send({ name: "ballast", megabytes: 0 });
}

async function measureMemory(page: Page, line: Line): Promise<void> {
  const add = (when: string, mb: number, most?: number) =>
    report.add(when, `${mb.toFixed(1)} MB together`, most === undefined ? undefined : { value: mb, most });
  add(`own memory of ${WORKERS} workers at work`, await ownMemory(page));
  await page.getByLabel("Whole folder").uncheck({ force: true });
  await line.until((pulse) => pulse?.processes.every(({ kind, job }) => kind !== "worker" || job === undefined));
  add("  when the last picture is made", await ownMemory(page));
  await sleep(REST_MS);
  add(`  ${REST_MS / 1000} s later`, await ownMemory(page), 40);
}

async function measure(page: Page, demo: Demo): Promise<void> {
  const line = await openLine(demo);
  await measureThumbnails(page, line);
  await measurePrograms(page, line);
  await measureMemory(page, line);
  const tilesMs = await timeUntil(page, many, ".tile:not([hidden]) .name:not(:empty)");
  const choosing = "from choosing a folder of 100,000 to its first tiles";
  report.add(choosing, `${tilesMs.toFixed(0)} ms`, { value: tilesMs, most: 1000 });
  line.close();
}

try {
  fs.mkdirSync(empty);
  fs.mkdirSync(many);
  fillWithNames(many, 100_000);
  const maker = path.join(ROOT, "test/fixtures/demo/make-gallery.mjs");
  execFileSync(process.execPath, [maker, photos, String(PHOTOS), String(DIFFERENT)], { stdio: "inherit" });
  const demo = await startDemo({ folder: empty, home: cache, workers: WORKERS });
  const browser = await chromium.launch({ executablePath: chromiumPath as string, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.goto(demo.address);
    await page
      .locator(".process.worker")
      .nth(WORKERS - 1)
      .waitFor();
    process.stdout.write(`${new Date().toISOString()}, ${machineLine(describeMachine())}\n`);
    await measure(page, demo);
  } finally {
    await browser.close();
    await demo.end();
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

if (report.missed.length > 0) {
  process.stdout.write(`\nGoals missed: ${report.missed.join("; ")}\n`);
  if (strict) process.exitCode = 1;
}
