/** A copy of the compiled library, with its tests, whose folder helper/warm-up has nothing but an empty implementation. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** A fixture's own path decides which library it imports. */
const COPIED = ["dist", "test"];
const BUNDLED = "desktop-fork-helper.cjs";

/** @param folder empty; the caller's, who removes it @returns the copy's folder of compiled tests */
export function makeColdLibrary(folder: string): string {
  for (const name of readdirSync(ROOT))
    if (!COPIED.includes(name) && !name.startsWith(".")) symlinkSync(path.join(ROOT, name), path.join(folder, name));
  cpSync(path.join(ROOT, "test", "fixtures"), path.join(folder, "test", "fixtures"), { recursive: true });
  const dist = path.join(folder, "dist");
  cpSync(path.join(ROOT, "dist"), dist, { recursive: true, filter: (file) => !/\.(map|d\.c?ts)$/.test(file) });
  const warmUp = path.join(dist, "helper", "warm-up");
  rmSync(warmUp, { recursive: true });
  mkdirSync(warmUp);
  cpSync(path.join(dist, "test", "support", "no-warm-up.cjs"), path.join(warmUp, "warm-up.cjs"));
  rmSync(path.join(dist, "helper", "boot", BUNDLED));
  execFileSync(process.execPath, [path.join(ROOT, "helper", "build", "bundle.mjs"), path.join(dist, "helper")]);
  return path.join(dist, "test");
}
