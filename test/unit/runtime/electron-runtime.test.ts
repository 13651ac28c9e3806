/** Which executable hosts processes in an app. Folders and binaries are made up; nothing of them is executed. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { chooseHost } from "../../../main/runtime/electron-host.js";
import { findRuntime, type Surroundings } from "../../../main/runtime/electron-runtime.js";
import { setRunAsNode, writeFakeBinary } from "../../support/fake-electron.js";
import { temporaryFolder } from "../../support/temporary.js";

/** An app as it is installed, on the named platform. */
function installApp(context: TestContext, platform: NodeJS.Platform = "linux"): Surroundings {
  const folder = temporaryFolder(context);
  const contents = path.join(folder, "Gallery.app", "Contents");
  const place = platform === "darwin" ? path.join(contents, "MacOS") : folder;
  const framework = path.join(contents, "Frameworks", "Electron Framework.framework");
  for (const each of [place, path.join(folder, "resources"), ...(platform === "darwin" ? [framework] : [])])
    fs.mkdirSync(each, { recursive: true });
  const execPath = path.join(place, "Gallery");
  writeFakeBinary(execPath, { bytes: 4096, wiresAt: platform === "darwin" ? [] : [100] });
  if (platform === "darwin")
    writeFakeBinary(path.join(framework, "Electron Framework"), { bytes: 4096, wiresAt: [100] });
  return {
    ...{ platform, execPath, electron: true, helperExecPath: undefined },
    resourcesPath: path.join(folder, "resources"),
  };
}

function ship(app: Surroundings, name: string, mode = 0o755): string {
  const file = path.join(app.resourcesPath as string, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, "", { mode });
  return file;
}

const isNoRuntime =
  (...parts: string[]) =>
  (error: Error & { code: string }) => {
    assert.equal(error.code, "ERR_FORK_RUNTIME");
    for (const part of parts) assert.ok(error.message.includes(part), `'${part}' in: ${error.message}`);
    return true;
  };

for (const name of ["node/bin/node", "node/bin/node.exe", "node/node", "node/node.exe"])
  test(`a Node that was shipped as ${name} comes first`, (context) => {
    const app = installApp(context);
    const file = ship(app, name);
    assert.deepEqual(findRuntime(app), { kind: "shipped", file });
  });

test("without a shipped Node the runtime is Electron as Node, where the fuse allows it", (context) => {
  const app = installApp(context);
  assert.deepEqual(findRuntime(app), { kind: "electron", file: app.execPath });
});

test("with the fuse off and no Node the error says what to do", async (context) => {
  const app = installApp(context);
  await setRunAsNode(app.execPath, false);
  const advice = [app.execPath, "runAsNode", "is off", "resources/node/bin/node", "extraResources", "runtime"];
  assert.throws(() => findRuntime(app), isNoRuntime(...advice));
  ship(app, "node/bin/node");
  assert.equal(findRuntime(app).kind, "shipped");
});

test("with an Electron that has no fuses the error says so", (context) => {
  const app = installApp(context);
  fs.writeFileSync(app.execPath, "no fuses");
  assert.throws(() => findRuntime(app), isNoRuntime("no fuses were found"));
  fs.rmSync(app.execPath);
  assert.throws(() => findRuntime(app), isNoRuntime("can't be read", "ENOENT"));
});

test("a shipped Node that is not executable is a mistake, not a reason for another", (context) => {
  const app = installApp(context);
  const file = ship(app, "node/bin/node", 0o644);
  assert.throws(() => findRuntime(app), isNoRuntime(file, "not executable"));
});

test("on macOS Electron as Node is the helper, and the framework has the fuses", async (context) => {
  const app = installApp(context, "darwin");
  const contents = path.join(app.execPath, "../..");
  const helper = path.join(contents, "Frameworks/Gallery Helper.app/Contents/MacOS/Gallery Helper");
  assert.deepEqual(findRuntime(app), { kind: "electron", file: helper });
  assert.equal(findRuntime({ ...app, helperExecPath: "/told" }).file, "/told");
  await setRunAsNode(app.execPath, false);
  assert.throws(() => findRuntime(app), isNoRuntime("Electron Framework", "is off"));
});

test("outside Electron it is the Node that runs", (context) => {
  const app = installApp(context);
  assert.deepEqual(findRuntime({ ...app, electron: false, resourcesPath: undefined }), {
    kind: "node",
    file: app.execPath,
  });
});

test("Electron is told to run as Node, and only if it may", async (context) => {
  const app = installApp(context);
  const options = { runtime: app.execPath, env: { A: "1" }, app: true };
  assert.deepEqual(chooseHost(options, app), {
    file: app.execPath,
    env: { A: "1", ELECTRON_RUN_AS_NODE: "1" },
  });
  await setRunAsNode(app.execPath, false);
  assert.throws(() => chooseHost(options, app), isNoRuntime("is off"));
});

test("a named runtime counts for more than a shipped one, and an environment is taken as it is", (context) => {
  const app = installApp(context);
  ship(app, "node/bin/node");
  const env = { LD_PRELOAD: "wanted.so" };
  assert.deepEqual(chooseHost({ runtime: "/opt/node", env, app: true }, app), { file: "/opt/node", env });
});
