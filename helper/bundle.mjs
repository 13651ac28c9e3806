/**
 * Puts what a template is made of into two files: to find, read and compile forty costs a fifth of a template's start. The first
 * one has what comes before the trial fork, the second one is loaded while the trial's child lives.
 * `npm run build` does this after the compiler.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HELPER = fileURLToPath(new URL("../dist/helper/", import.meta.url));

const KEEPER = fileURLToPath(new URL("../native/scripts/keep-code.mjs", import.meta.url));

const FIRST = "desktop-fork-helper.cjs";
const REST = "desktop-fork-helper-rest.cjs";

/** What the second file begins with; the first one asks for it. */
const REST_ENTRY = "./boot/host.cjs";

/** What the second file is loaded with, and what it can't do itself: Node's own loader has not compiled it. */
const FIRST_ALONE = ["cached-code.cjs", "import-url.cjs"];

/** It has a state that it shares with modules of its folder; and it is not always needed. */
const FILES_OF_THEIR_OWN = ["./rpc/serve.cjs"];

/** They have a state, and are loaded from elsewhere too: who asks for their files gets what is in the bundle. */
const SHARED_FILES = /helper\/(stdio|modules)\.cjs$/;

const OPTIONS = { bundle: true, platform: "node", target: "node20", logLevel: "warning", absWorkingDir: HELPER };

/** The files of the first bundle, from the folder of the helper. */
async function filesOfFirst() {
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: ["main.cjs", ...FIRST_ALONE],
    outdir: "unused",
    external: [REST_ENTRY],
    metafile: true,
    write: false,
  });
  return Object.keys(metafile.inputs);
}

/** The first bundle, with what the second one wants to have from it: no module is there twice. */
function buildFirst(files) {
  const modules = files.filter((file) => file !== "main.cjs").map((file) => `"${file}": () => require("./${file}")`);
  const contents = `exports.modules = { ${modules.join(", ")} };\nrequire("./boot/main.cjs");\n`;
  const loadRest = `require("./cached-code.cjs").loadWithCode(require("node:path").join(__dirname, "${REST}"), require)`;
  const restWithCode = {
    name: "rest-with-code",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/host\.cjs$/ }, () => ({ path: "rest", namespace: "code" }));
      onLoad({ filter: /./, namespace: "code" }, () => ({
        contents: `module.exports = ${loadRest};`,
        resolveDir: HELPER,
      }));
    },
  };
  return build({ ...OPTIONS, stdin: { contents, resolveDir: HELPER }, outfile: FIRST, plugins: [restWithCode] });
}

function buildRest(files) {
  const fromFirst = {
    name: "from-first",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path: wanted, resolveDir }) => {
        const file = path.relative(HELPER, path.resolve(resolveDir, wanted));
        return files.includes(file) ? { path: file, namespace: "first" } : undefined;
      });
      onLoad({ filter: /./, namespace: "first" }, ({ path: file }) => ({
        contents: `module.exports = require.main.exports.modules["${file}"]();`,
      }));
    },
  };
  const sharing = {
    name: "sharing",
    setup: ({ onLoad }) =>
      onLoad({ filter: SHARED_FILES }, async ({ path: file }) => ({
        contents: (await fs.promises.readFile(file, "utf8")) + share(path.basename(file)),
      })),
  };
  return build({
    ...OPTIONS,
    entryPoints: [REST_ENTRY],
    outfile: REST,
    external: FILES_OF_THEIR_OWN,
    plugins: [fromFirst, sharing],
  });
}

function share(name) {
  return `
{
  const file = require("node:path").join(__dirname, "${name}");
  const { Module } = require("node:module");
  require.cache[file] = Object.assign(new Module(file), { exports: module.exports, filename: file, loaded: true });
}
`;
}

/** Of what was built before. */
function removeCode() {
  for (const file of fs.readdirSync(HELPER)) if (file.endsWith(".code")) fs.rmSync(path.join(HELPER, file));
}

removeCode();
const files = await filesOfFirst();
await buildRest(files);
await buildFirst(files); // the one that a template is started with comes last
// It says itself what goes wrong.
spawnSync(process.execPath, [KEEPER], { stdio: "inherit" });
