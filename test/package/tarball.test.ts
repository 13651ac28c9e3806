/** The library as npm packs it, installed into fresh projects. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { fileURLToPath } from "node:url";
import { command } from "../support/commands.js";
import { installLibrary, packLibrary, pathWithoutCompiler, withoutPrebuilt } from "../support/packed-library.js";
import { temporaryFolder } from "../support/temporary.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** What glibc 2.34 has, the oldest that the guard works with. */
const NEWEST_GLIBC_MINOR = 34;

describe("the packed library", () => {
  let tarball: string;
  let files: string[];
  let project: string;

  const folder = temporaryFolder({ after });

  before(async () => {
    ({ tarball, files } = await packLibrary(folder));
    project = await installLibrary(folder, tarball);
  });

  /** Runs the first example of the README, word for word. */
  async function runExample(folder: string): Promise<string> {
    const readme = fs.readFileSync(path.join(ROOT, "README.md"), "utf8");
    for (const name of ["app.mjs", "jobs.mjs"]) {
      const code = new RegExp(`^\`\`\`js\\n(// ${name}\\n.*?)^\`\`\`$`, "ms").exec(readme)?.[1];
      assert.ok(code, `README.md shows ${name}`);
      fs.writeFileSync(path.join(folder, name), code);
    }
    return command(process.execPath, ["app.mjs"], { cwd: folder });
  }

  /** The strategy, and its reason. */
  function strategyIn(folder: string): Promise<string> {
    const program =
      'import { Template } from "desktop-fork"; const { strategy, reason } = await Template.start(); console.log(strategy, reason);';
    return command(process.execPath, ["--input-type=module", "-e", program], { cwd: folder });
  }

  test("the tarball has what it needs, and nothing else", () => {
    const wanted = [
      /^(README|ARCHITECTURE|PROTOCOL|CHANGELOG|SECURITY)\.md$|^LICENSE$|^package\.json$/,
      /^docs\/(design\/)?[\w-]+\.md$/,
      /^dist\/(main|helper|native)\/.*(\.[cm]?js|\.d\.[cm]?ts)$/,
      /^native\/(binding\.gyp|scripts\/(build|install)\.mjs)$/,
      /^native\/(addon|guard)\/\w+\.(cc|c|h)$/,
      /^native\/prebuilds\/[\w-]+\/desktop_fork(\.node|_guard\.so)$/,
    ];
    assert.deepEqual(
      files.filter((file) => !wanted.some((pattern) => pattern.test(file)) || /\.test\./.test(file)),
      [],
    );
  });

  test("the tarball's binaries run with every glibc that the guard works with", {
    skip: process.platform !== "linux",
  }, async () => {
    const prebuilt = files.filter((file) => file.startsWith("native/prebuilds/"));
    assert.equal(prebuilt.length, 2);
    for (const file of prebuilt) {
      const symbols = await command("objdump", ["-T", file], { cwd: ROOT });
      const minors = [...symbols.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
      assert.ok(minors.length > 0);
      assert.ok(Math.max(...minors) <= NEWEST_GLIBC_MINOR, `${file} needs glibc 2.${Math.max(...minors)}`);
    }
  });

  test("a fresh project installs it without a compiler, and the README's example runs there", async () => {
    const library = path.join(project, "node_modules/desktop-fork");
    assert.equal(fs.existsSync(path.join(library, "native/build")), false, "nothing was built");
    assert.equal(await runExample(project), "[ 1, 4, 9 ]\n");

    assert.match(await strategyIn(project), /^fork /);
  });

  test("asked to, it builds itself from source", async () => {
    const other = await installLibrary(folder, tarball, { env: { npm_config_build_from_source: "true" } });
    const built = path.join(other, "node_modules/desktop-fork/native/build/Release/desktop_fork.node");
    assert.ok(fs.existsSync(built));
    assert.equal(await runExample(other), "[ 1, 4, 9 ]\n");
  });

  test("where nothing is prebuilt and there is no compiler, the install says in a line what to do", async () => {
    const bare = await withoutPrebuilt(folder, tarball);
    const env = { PATH: await pathWithoutCompiler(folder), npm_config_loglevel: "notice" }; // a silent run of the tests is none of its business
    await assert.rejects(
      installLibrary(folder, bare, { env }),
      /^.*desktop-fork: building the addon needs g\+\+, make, python3: on Debian, "apt install g\+\+ make python3"$/m,
    );
  });

  test("without the tarball's binaries the README's example runs all the same, in fresh runtimes", async () => {
    const bare = await withoutPrebuilt(folder, tarball);
    const other = await installLibrary(folder, bare, { flags: ["--ignore-scripts"] });
    assert.equal(await runExample(other), "[ 1, 4, 9 ]\n");
    assert.match(await strategyIn(other), /^exec .*addon/);
  });

  test("the types are whole: a strict program compiles without skipLibCheck", async () => {
    fs.mkdirSync(path.join(project, "node_modules/@types"), { recursive: true });
    for (const name of ["@types/node", "undici-types"])
      fs.symlinkSync(path.join(ROOT, "node_modules", name), path.join(project, "node_modules", name));
    const entries = ["", "/electron", "/rpc", "/early", "/pool", "/worker"].map((name) => `desktop-fork${name}`);
    const program = entries.map(
      (entry, index) => `import * as entry${index} from "${entry}";\nexport { entry${index} };\n`,
    );
    fs.writeFileSync(path.join(project, "program.mts"), program.join(""));
    const options = ["--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2023,esnext.disposable"];
    const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
    await command(process.execPath, [tsc, ...options, "--types", "node", "--noEmit", "program.mts"], { cwd: project });
  });

  test("a CommonJS program may require() it", async (context) => {
    if (!("require_module" in process.features))
      return context.skip(`Node ${process.version} can't require ES modules`);
    fs.writeFileSync(
      path.join(project, "program.cjs"),
      `const { ForkProcess } = require("desktop-fork");
      ForkProcess.create().eval("function f(socket) { socket.end('hello'); }").run("f").then(({ socket }) => socket.pipe(process.stdout));`,
    );
    assert.equal(await command(process.execPath, ["program.cjs"], { cwd: project }), "hello");
  });
});
