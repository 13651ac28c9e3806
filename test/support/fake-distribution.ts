/**
 * A fixture: what the packager takes for an Electron distribution, without an Electron in it. The executable is a script
 * that says so, with the fuse wire where @electron/fuses looks for it.
 */
import fs from "node:fs";
import path from "node:path";
import { FUSE_WIRE } from "./fake-electron.js";

export const FAKE_ELECTRON_VERSION = "45.4.1";

const STUB = "#!/bin/sh\necho 'this is a fixture, not an Electron' >&2\nexit 1\n";

export function writeFakeDistribution(folder: string): void {
  for (const name of ["locales", "resources"]) fs.mkdirSync(path.join(folder, name), { recursive: true });
  fs.writeFileSync(path.join(folder, "electron"), Buffer.concat([Buffer.from(STUB), FUSE_WIRE]), { mode: 0o755 });
  fs.writeFileSync(path.join(folder, "version"), `v${FAKE_ELECTRON_VERSION}`);
  for (const name of ["LICENSE", "LICENSES.chromium.html", "resources.pak", "locales/en-US.pak"])
    fs.writeFileSync(path.join(folder, name), "");
}
