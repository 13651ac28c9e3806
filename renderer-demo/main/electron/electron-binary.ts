/** Where an Electron is, if there is one. */
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** Never downloads one, as `require("electron")` would. */
export function findElectron(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { ELECTRON_OVERRIDE_DIST_PATH: named } = env;
  const candidates = named === undefined ? installed() : [path.join(named, "electron")];
  return candidates.find(isExecutable);
}

function installed(): string[] {
  try {
    const folder = path.dirname(require.resolve("electron/package.json"));
    return [path.join(folder, "dist", readFileSync(path.join(folder, "path.txt"), "utf8").trim())];
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
