/** Folders that are there as long as a test. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

export function temporaryFolder(context: Pick<TestContext, "after">): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-")));
  context.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}
