/**
 * npm's install step: uses a prebuilt addon if one came with the package and loads here, else builds addon and guard from
 * source. Elsewhere than on Linux there is nothing to build: the library then executes its workers instead of forking them.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { BUILT, build, FILES, isUpToDate, NATIVE, PREBUILT, sources } from "./build.mjs";

function prebuiltLoads() {
  const [addon] = filesIn(PREBUILT);
  if (!existsSync(addon)) return false;
  try {
    createRequire(import.meta.url)(addon);
    return true;
  } catch (error) {
    console.error(`desktop-fork: the prebuilt addon can't be used here (${error.message}); building from source`);
    return false;
  }
}

function filesIn(folder) {
  return FILES.map((name) => path.join(folder, name));
}

/** Where sources change, what was built before them is of no use. */
const inCheckout = existsSync(path.join(NATIVE, "..", "tsconfig.json"));
/** By `npm install --build-from-source`. */
const asked = ["true", "desktop-fork"].includes(process.env.npm_config_build_from_source ?? "");
/** A workspace of this repository depends on it, so npm runs this step twice there. */
const isBuilt = isUpToDate(filesIn(BUILT), sources());
const wanted = inCheckout ? !isBuilt || process.argv.includes("--debug") : !prebuiltLoads();
if (process.platform === "linux" && (asked || wanted)) build();
