/**
 * Puts what a template is made of into one file: to find, read and compile forty costs a fifth of a template's start.
 * `npm run build` does this after the compiler.
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The compiled helper; another than this checkout's is named as an argument. */
const HELPER = path.resolve(process.argv[2] ?? fileURLToPath(new URL("../../dist/helper/", import.meta.url)));

/** The rpc service shares its state with the modules of its folder, and most templates have no use for it. */
const FILES_OF_THEIR_OWN = ["../rpc/serve.cjs", "../warm-up/service-dry-run.cjs"];

/** These have a state, and are loaded from elsewhere too: a require() of their files is given what is in the bundle. */
const SHARED_FILES = /helper\/(fork\/stdio|modules\/load-module)\.cjs$/;

const sharing = {
  name: "sharing",
  setup: ({ onLoad }) =>
    onLoad({ filter: SHARED_FILES }, async ({ path: file }) => ({
      contents: (await fs.promises.readFile(file, "utf8")) + share(path.relative(HELPER, file)),
    })),
};

/** @param file of the helper's folder, as which the module is known to Node's loader */
function share(file) {
  return `
{
  const file = require("node:path").join(__dirname, "..", "${file}");
  const { Module } = require("node:module");
  require.cache[file] = Object.assign(new Module(file), { exports: module.exports, filename: file, loaded: true });
}
`;
}

await build({
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  absWorkingDir: HELPER,
  entryPoints: ["boot/main.cjs"],
  outfile: "boot/desktop-fork-helper.cjs",
  external: FILES_OF_THEIR_OWN,
  plugins: [sharing],
});
