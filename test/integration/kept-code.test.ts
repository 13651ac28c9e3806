/** Templates begin with the code that V8 kept when the library was installed, and without it as well. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Template } from "../../main/index.js";
import { nativeFiles } from "../../native/addon/addon.cjs";
import { temporaryFolder } from "../support/temporary.js";

const DIST = fileURLToPath(new URL("../..", import.meta.url));
const KEEPER = fileURLToPath(new URL("../../../native/scripts/keep-code.mjs", import.meta.url));

/** What a worker of a template says: whether its template began with kept code. */
const PROGRAM = `
const { Template } = await import(process.argv[1]);
const template = await Template.start();
const worker = await template.fork().eval(
  "function tell(socket) { socket.end(String(process.mainModule.exports.modules['cached-code.cjs']().isCodeUsed())); }",
).run("tell");
let said = "";
for await (const part of worker.socket) said += part;
console.log(template.strategy, said, (await worker.exited).code);
template.close();
`;

/** A copy of the library, as an installation has it. @returns its folder */
function copyLibrary(folder: string): string {
  for (const name of ["main", "helper", "native"])
    fs.cpSync(path.join(DIST, name), path.join(folder, "dist", name), {
      recursive: true,
      filter: (file) => !file.endsWith(".code"),
    });
  fs.writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
  fs.mkdirSync(path.join(folder, "native", "build", "Release"), { recursive: true });
  fs.mkdirSync(path.join(folder, "native", "scripts"));
  fs.copyFileSync(KEEPER, path.join(folder, "native", "scripts", "keep-code.mjs"));
  const files = nativeFiles();
  for (const file of [files?.addon, files?.guard])
    if (file !== undefined) fs.copyFileSync(file, path.join(folder, "native", "build", "Release", path.basename(file)));
  return folder;
}

function start(library: string): string {
  const index = pathToFileURL(path.join(library, "dist", "main", "index.js"));
  return execFileSync(process.execPath, ["--input-type=module", "-e", PROGRAM, index.href], {
    encoding: "utf8",
  }).trim();
}

/** @returns what it says about it */
function keep(library: string): string {
  const { status, stderr } = spawnSync(process.execPath, [path.join(library, "native", "scripts", "keep-code.mjs")]);
  assert.equal(status, String(stderr) === "" ? 0 : 1);
  return String(stderr);
}

function codeOf(library: string): string[] {
  const folder = path.join(library, "dist", "helper");
  return fs
    .readdirSync(folder)
    .filter((name) => name.includes(".code"))
    .map((name) => path.join(folder, name));
}

suite("a template's code", () => {
  test("knows the library's folder, where what it plays is", async () => {
    const template = await Template.start({ modules: ["node:fs"] }); // before that it plays
    const worker = await template
      .fork()
      .eval("function tell(socket) { socket.end(Object.keys(require.cache).join('\\n')); }")
      .run("tell");
    const files = (await text(worker.socket)).split("\n");
    assert.ok(files.includes(path.join(DIST, "helper", "warm-up", "first.cjs")), files.join("\n"));
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
    template.close();
  });

  test("is used where it was kept, and templates begin without it as well", (t) => {
    const library = copyLibrary(temporaryFolder(t));
    assert.equal(start(library), "fork false 0");
    assert.equal(keep(library), "");
    const [file = "", ...others] = codeOf(library);
    assert.deepEqual(others, []);
    assert.equal(start(library), "fork true 0");

    const code = fs.readFileSync(file);
    code[code.length - 100] = (code[code.length - 100] as number) ^ 0xff;
    fs.writeFileSync(file, code);
    assert.equal(start(library), "fork false 0");
  });

  test("where it can't be kept, that is told, and nothing is left of it", (t) => {
    const library = copyLibrary(temporaryFolder(t));
    fs.renameSync(path.join(library, "dist", "helper", "keep-code.cjs"), path.join(library, "elsewhere.cjs"));
    assert.match(keep(library), /keep-code\.cjs/);
    assert.deepEqual(codeOf(library), []);
  });
});
