/** Debian's Chromium, driven by Playwright. */
import { existsSync } from "node:fs";
import { after, before } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";

const CANDIDATES = [process.env["CHROMIUM"] ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser"];
export const chromiumPath = CANDIDATES.find((file) => file !== "" && existsSync(file));

/** Why tests in a browser are skipped; false: they are not. */
export const withoutBrowser =
  chromiumPath === undefined && "there is no Chromium: `apt-get install chromium`, or set CHROMIUM to the path of one";

/** Without these Chromium talks to the world, and warms itself up while figures are taken. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The test's page, and whatever went wrong in it. */
export interface TestPage {
  readonly page: Page;
  readonly errors: readonly string[];
}

/** Call it in a suite: one browser for all of its tests. */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<TestPage> {
  let browser: Browser | undefined;
  before(async () => {
    if (chromiumPath !== undefined) browser = await chromium.launch({ executablePath: chromiumPath, args: FLAGS });
  });
  after(() => browser?.close());
  return async (options = {}) => {
    const context = await (browser as Browser).newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    page.on("dialog", (dialog) => {
      errors.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return { page, errors };
  };
}
