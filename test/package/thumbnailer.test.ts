/** The thumbnailer as npm packs it, installed beside the packed library. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test, { after } from "node:test";
import { command } from "../support/commands.js";
import { installLibrary, packLibrary } from "../support/packed-library.js";
import { temporaryFolder } from "../support/temporary.js";

const folder = temporaryFolder({ after });

test("the packed thumbnailer and the packed library make the thumbnails of sample pictures", async () => {
  const library = await packLibrary(folder);
  const thumbnailer = await packLibrary(folder, "desktop-fork-thumbnails");
  const wanted = /^(package\.json|README\.md|bin\/desktop-fork-thumbnails\.js|dist\/[\w/-]+(\.js|\.d\.ts))$/;
  assert.deepEqual(
    thumbnailer.files.filter((file) => !wanted.test(file)),
    [],
  );

  const project = await installLibrary(folder, library.tarball, { flags: [thumbnailer.tarball] });
  assert.deepEqual(
    fs.readdirSync(path.join(project, "node_modules")).filter((name) => name.startsWith("desktop-fork")),
    ["desktop-fork", "desktop-fork-thumbnails"],
  );
  const env = { ...process.env, XDG_CACHE_HOME: path.join(folder, "cache") };
  const output = await command("npx", ["--no", "desktop-fork-thumbnails", "--no-compare"], { cwd: project, env });
  assert.match(output, /^12 pictures: 12 made, 0 up to date, 0 failed$/m);
});

test("the packed library needs nothing but node-addon-api", async () => {
  const project = await installLibrary(folder, (await packLibrary(folder)).tarball);
  const manifest = fs.readFileSync(path.join(project, "node_modules/desktop-fork/package.json"), "utf8");
  const { dependencies, bin } = JSON.parse(manifest);
  assert.deepEqual([Object.keys(dependencies), bin], [["node-addon-api"], undefined]);
});
