/**
 * Packaged apps. The distribution is a fixture, not an Electron: what is checked is the layout, and that the library runs from
 * it in stock Node, with the archive opened as Electron shows it to the main process.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { fileURLToPath } from "node:url";
import asar from "@electron/asar";
import { runAsNodeFuse } from "../../main/runtime/electron-fuses.js";
import { command } from "../support/commands.js";
import { openArchive, packageApp } from "../support/packaged-app.js";
import { installLibrary, packLibrary } from "../support/packed-library.js";
import { temporaryFolder } from "../support/temporary.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MAIN = path.join(ROOT, "test/fixtures/package/app.mjs");

interface Answer {
  strategy: string;
  runtime: string;
  native: string[];
  worker: { width: number; sharp: string; cwd: string };
  exited: object;
}

/**
 * @param library path of the library's entry inside the archive
 * @param modules for the template to load, inside the archive, too
 */
async function runMain(app: string, library: string, modules: readonly string[] = []): Promise<Answer> {
  const archive = openArchive(app);
  fs.copyFileSync(MAIN, path.join(archive, "app.mjs"));
  const [main, entry, ...more] = ["app.mjs", library, ...modules].map((name) => path.join(archive, name));
  const args = [main, entry, path.join(app, "resources"), ...more] as string[];
  return JSON.parse(await command(process.execPath, args, { cwd: app })) as Answer;
}

describe("the gallery, packaged", () => {
  const folder = temporaryFolder({ after });
  let app: string;
  let unpacked: string;

  before(async () => {
    await command("npm", ["run", "prebuilds"], { cwd: ROOT });
    app = await packageApp({ project: ROOT, folder });
    unpacked = path.join(app, "resources/app.asar.unpacked");
  });

  test("what templates and workers load lies beside the archive", () => {
    const { platform, arch } = process;
    const library = "node_modules/desktop-fork";
    const prebuilt = `${library}/native/prebuilds/${platform}-${arch}`;
    for (const file of [
      "package.json",
      `${library}/package.json`,
      `${library}/dist/helper/boot/main.cjs`,
      `${library}/dist/helper/protocol/message.cjs`,
      `${library}/dist/native/addon/addon.cjs`,
      "node_modules/desktop-fork-thumbnails/package.json",
      "node_modules/desktop-fork-thumbnails/dist/worker/index.js",
      `${prebuilt}/desktop_fork.node`,
      `${prebuilt}/desktop_fork_guard.so`,
      "node_modules/sharp/package.json",
    ])
      assert.ok(fs.existsSync(path.join(unpacked, file)), file);
  });

  test("the archive has the main process, the preload script and the page", () => {
    const names = asar.listPackage(path.join(app, "resources/app.asar"), { isPack: false });
    for (const file of [
      "/package.json",
      "/dist/renderer-demo/main/electron/main.js",
      "/dist/renderer-demo/preload/preload.cjs",
      "/dist/renderer-demo/page/main.js",
      "/renderer-demo/page/index.html",
      "/node_modules/desktop-fork/dist/main/electron/index.js",
      "/node_modules/desktop-fork-thumbnails/dist/index.js",
    ])
      assert.ok(names.includes(file), file);
  });

  test("nothing is in it that only developers need", () => {
    const names = asar.listPackage(path.join(app, "resources/app.asar"), { isPack: false });
    assert.deepEqual(
      names.filter((name) =>
        /\.(map|tsbuildinfo)$|\.d\.[cm]?ts$|\/dist\/(test|cli)\b|node-addon-api|commander/.test(name),
      ),
      [],
    );
  });

  test("Electron can't be run as Node, and a Node is there instead", () => {
    assert.equal(runAsNodeFuse(path.join(app, "desktop-fork-gallery")), "off");
    fs.accessSync(path.join(app, "resources/node/bin/node"), fs.constants.X_OK);
  });

  test("template, addon, guard and worker run from there, on the Node that was shipped", async () => {
    const { strategy, runtime, native, worker, exited } = await runMain(
      app,
      "node_modules/desktop-fork/dist/main/index.js",
      ["dist/renderer-demo/worker/thumbnail.js", "dist/renderer-demo/worker/list.js"],
    );
    const prebuilt = path.join(
      unpacked,
      "node_modules/desktop-fork/native/prebuilds",
      `${process.platform}-${process.arch}`,
    );
    assert.deepEqual(
      { strategy, runtime, native, exited },
      {
        strategy: "fork",
        runtime: path.join(app, "resources/node/bin/node"),
        native: ["desktop_fork.node", "desktop_fork_guard.so"].map((name) => path.join(prebuilt, name)),
        exited: { code: 0, signal: null },
      },
    );
    assert.deepEqual([worker.width, worker.cwd], [8, unpacked]);
    assert.ok(worker.sharp.startsWith(path.join(unpacked, "node_modules/sharp")), worker.sharp);
  });
});

describe("an app that has the library as a dependency, packaged", () => {
  const folder = temporaryFolder({ after });

  test("the library needs no setting; what else its workers load does", async () => {
    const { tarball } = await packLibrary(folder);
    const project = await installLibrary(folder, tarball);
    const manifest = path.join(project, "package.json");
    const build = { asarUnpack: ["node_modules/{sharp,detect-libc,semver,@img}/**"] };
    const details = { version: "1.0.0", description: "An app", author: "Somebody", main: "main.mjs", build };
    fs.writeFileSync(manifest, JSON.stringify({ ...JSON.parse(fs.readFileSync(manifest, "utf8")), ...details }));
    fs.writeFileSync(path.join(project, "main.mjs"), "// nothing of an app\n");

    const app = await packageApp({ project, folder });
    const library = "node_modules/desktop-fork";
    const { strategy, native, worker } = await runMain(app, `${library}/dist/main/index.js`);
    const unpacked = path.join(app, "resources/app.asar.unpacked");
    assert.deepEqual([strategy, worker.width, worker.cwd], ["fork", 8, unpacked]);
    assert.equal(native.length, 2);
    for (const file of native) assert.ok(file.startsWith(path.join(unpacked, library, "native/prebuilds")), file);
  });
});
