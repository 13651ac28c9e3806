/** Node's loaders of modules, each of which takes long at its first module. */
import path = require("node:path");

import { pathToFileURL } from "node:url";
import { LIBRARY } from "../../native/locate/place.cjs";
import { importFrom, importUrl } from "../modules/load-module.cjs";

const SAMPLES = ["esm.mjs", "commonjs.cjs"];

export async function loadLoaders(): Promise<void> {
  await importFrom(process.execPath, "data:text/javascript,");
  if (LIBRARY === undefined) return; // a single executable has no files
  for (const name of SAMPLES)
    await importUrl(pathToFileURL(path.join(LIBRARY, "helper", "warm-up", "samples", name)).href);
}
