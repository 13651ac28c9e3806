/**
 * The gallery's main process and preload script, driven by Playwright's `_electron`: in Electron, where there is one, and
 * everywhere in a stand-in (test/fixtures/electron/stand-in), which is a stock Node with a real Chromium.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { suite, type TestContext, test } from "node:test";
import { type ElectronApplication, _electron as electron, type Page } from "playwright";
import { findElectron } from "../../renderer-demo/main/electron/electron-binary.js";
import { withoutBrowser } from "../demo/support/browser.js";
import { fillWithPictures, PATIENCE_MS } from "../demo/support/gallery.js";
import { processesOf } from "../support/processes.js";
import { makePlace, ROOT } from "../support/thumbnails.js";
import { until } from "../support/until.js";

const MAIN = path.join(ROOT, "dist/renderer-demo/main/electron/main.js");
const STAND_IN = path.join(ROOT, "test/fixtures/electron/stand-in/electron.mjs");
const PICTURES = 30;

const binary = findElectron();

interface Running {
  app: ElectronApplication;
  page: Page;
  pid: number;
  /** What it said so far. */
  said(): string;
}

async function launch(executablePath: string, context: TestContext): Promise<Running> {
  let leader: number | undefined;
  context.after(() => killGroup(leader)); // before its folder is removed
  const { pictures, home } = makePlace(context);
  fillWithPictures(pictures, PICTURES);
  const app = await electron.launch({
    executablePath,
    args: [MAIN, pictures],
    timeout: PATIENCE_MS,
    env: {
      ...(process.env as Record<string, string>),
      XDG_CACHE_HOME: home,
      TMPDIR: path.dirname(pictures),
      PATH: `${path.dirname(process.execPath)}:${process.env["PATH"]}`,
    },
  });
  // Playwright forgets it when it has ended.
  const child = app.process();
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  leader = child.pid;
  const page = await app.firstWindow();
  page.setDefaultTimeout(PATIENCE_MS);
  return { app, page, pid: child.pid as number, said: () => said };
}

/** Playwright starts it as the leader of a group, to which the stand-in's Chromium belongs, too. */
function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGKILL");
  } catch {
    // gone
  }
}

function describeGallery(name: string, executablePath: string | undefined, skip: string | false): void {
  suite(name, { skip }, () => {
    const open = (context: TestContext) => launch(executablePath as string, context);

    test("the page shows pictures that workers have made, and the processes behind them", async (context) => {
      const { app, page, pid } = await open(context);
      await page.locator(".tile.ready:visible").nth(2).waitFor();
      await page.locator(".process.worker .pid").first().waitFor();
      const workers = (await page.locator(".process.worker .pid").allTextContents()).map(Number);
      const ours = processesOf(pid).map((process) => process.pid);
      for (const worker of workers) assert.ok(ours.includes(worker), `${worker} is a worker of ${pid}`);
      await app.close();
    });

    test("the page has the bridge, and nothing of Node or Electron", async (context) => {
      const { app, page } = await open(context);
      await page.locator(".tile.ready:visible").first().waitFor();
      const types = await page.evaluate(() =>
        ["galleryBridge", "require", "process", "module", "electron"].map(
          (name) => typeof Reflect.get(globalThis, name),
        ),
      );
      assert.deepEqual(types, ["object", "undefined", "undefined", "undefined", "undefined"]);
      await app.close();
    });

    test("a message that is not from the page's own main frame is ignored", async (context) => {
      const { app, page, said } = await open(context);
      await page.locator(".tile.ready:visible").first().waitFor();
      await app.evaluate(({ ipcMain, BrowserWindow }) => {
        const { webContents } = BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow;
        const { mainFrame } = webContents;
        const strangers = [
          { sender: {}, senderFrame: mainFrame },
          { sender: webContents, senderFrame: { url: mainFrame.url } },
          { sender: webContents, senderFrame: null },
        ];
        for (const stranger of strangers) ipcMain.emit("gallery:command", stranger, { name: "workers", count: 7 });
      });
      await until(() => said().match(/a stranger's message was ignored/g)?.length === 3, "three reports");
      assert.notEqual(await page.locator("#workers").textContent(), "7");
      await app.close();
    });

    test("a command of the page that is none is refused, and the next one is obeyed", async (context) => {
      const { app, page, said } = await open(context);
      await page.locator(".tile.ready:visible").first().waitFor();
      await page.evaluate(() => {
        const { send } = Reflect.get(globalThis, "galleryBridge");
        send({ name: "open", folder: "/etc", more: 1 });
        send({ name: "end", pid: -1, signal: "SIGKILL" });
        send({ name: "workers", count: 3 });
      });
      await page.locator("#workers", { hasText: "3" }).waitFor();
      assert.equal(said().match(/a command was refused/g)?.length, 2);
      await app.close();
    });

    test("a page whose process has crashed is loaded again, and shows the pictures", async (context) => {
      const { app, page, said } = await open(context);
      await page.locator(".tile.ready:visible").first().waitFor();
      const loaded = page.waitForEvent("load");
      await app.evaluate(({ BrowserWindow }) => {
        const { webContents } = BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow;
        webContents.emit("render-process-gone", {}, { reason: "crashed", exitCode: 139 });
      });
      await loaded;
      await page.locator(".tile.ready:visible").nth(2).waitFor();
      assert.match(said(), /the page's process has ended: crashed/);
      await app.close();
    });

    test("when the app quits nothing is left of its processes", async (context) => {
      const { app, page, pid } = await open(context);
      await page.locator(".tile.ready:visible").first().waitFor();
      assert.ok(processesOf(pid).length > 0);
      await app.close();
      await until(() => processesOf(pid).length === 0, "the end of all");
    });

    test("when the main process is killed nothing is left of its processes", async (context) => {
      const { app, page, pid } = await open(context);
      await page.locator(".tile.ready:visible").first().waitFor();
      app.process().kill("SIGKILL");
      await until(() => processesOf(pid).every(({ title }) => !title.includes("desktop-fork")), "the end of all");
    });
  });
}

const NO_ELECTRON =
  "there is no Electron: set ELECTRON_OVERRIDE_DIST_PATH to the folder of one, or `npx install-electron`";
describeGallery("the gallery in Electron", binary, binary === undefined && NO_ELECTRON);
describeGallery("the gallery in a stand-in for Electron", STAND_IN, withoutBrowser);
