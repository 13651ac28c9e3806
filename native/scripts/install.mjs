/**
 * npm's install step: uses a prebuilt addon if one came with the package and loads here, else builds addon and guard from
 * source. Elsewhere than on Linux there is nothing to build: the library then executes its workers instead of forking them.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { build, FILES, NATIVE, PREBUILT } from "./build.mjs";

function prebuiltLoads() {
  const [addon] = FILES.map((name) => path.join(PREBUILT, name));
  if (!existsSync(addon)) return false;
  try {
    createRequire(import.meta.url)(addon);
    return true;
  } catch (error) {
    console.error(`desktop-fork: the prebuilt addon can't be used here (${error.message}); building from source`);
    return false;
  }
}

/** Where sources change, what was built before them is of no use. */
const inCheckout = existsSync(path.join(NATIVE, "..", "tsconfig.json"));
/** By `npm install --build-from-source`. */
const asked = ["true", "desktop-fork"].includes(process.env.npm_config_build_from_source ?? "");
if (process.platform === "linux" && (inCheckout || asked || !prebuiltLoads())) build();
