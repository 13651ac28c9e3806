/** What an AppImage's runtime and Chromium leave open without close-on-exec stays out of templates. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../support/temporary.js";

const APP = fileURLToPath(new URL("../../../../test/fixtures/electron/descriptors-app.mjs", import.meta.url));

test("a worker has none of the descriptors that the app inherited, 1023 among them", (context) => {
  const file = path.join(temporaryFolder(context), "image");
  fs.writeFileSync(file, "");
  const open = 'exec 5<"$1" 1023<"$1" && exec "$2" "$3" "$1"';
  const output = execFileSync("bash", ["--norc", "-c", open, "bash", file, process.execPath, APP]);
  assert.deepEqual(JSON.parse(`${output}`), { app: ["1023", "5"], worker: [] });
});
