/** Folders that are there as long as a test, or a suite. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** @param scope a test's context; or, inside a suite, what node:test exports */
export function temporaryFolder(scope: { after(clean: () => void): void }): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-")));
  scope.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A path in a folder that is gone after the test. */
export function temporaryFile(test: { after(clean: () => void): void }): string {
  return path.join(temporaryFolder(test), "file");
}
