/**
 * Puts what a template is made of into one file: to find, read and compile forty costs a fifth of a template's start.
 * `npm run build` does this after the compiler.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HELPER = fileURLToPath(new URL("../dist/helper/", import.meta.url));

/** They have a state, and are loaded from elsewhere too; or they are not always needed. */
const FILES_OF_THEIR_OWN = ["./stdio.cjs", "./modules.cjs", "./rpc/serve.cjs"];

await build({
  entryPoints: [path.join(HELPER, "main.cjs")],
  outfile: path.join(HELPER, "desktop-fork-helper.cjs"),
  bundle: true,
  platform: "node",
  target: "node20",
  external: FILES_OF_THEIR_OWN,
  logLevel: "warning",
});
