/** What of an app's environment reaches a Node. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import { environmentForNode } from "../../../main/runtime/electron-environment.js";

/** As electron-builder's AppRun has them (app-builder-lib, appImageUtil). */
const APP_RUN = `
  export PATH="\${APPDIR}:\${APPDIR}/usr/sbin\${PATH:+:\${PATH}}"
  export XDG_DATA_DIRS="\${APPDIR}/usr/share/\${XDG_DATA_DIRS:+:\${XDG_DATA_DIRS}}:/usr/share/gnome:/usr/local/share/:/usr/share/"
  export LD_LIBRARY_PATH="\${APPDIR}/usr/lib\${LD_LIBRARY_PATH:+:\${LD_LIBRARY_PATH}}"
  export GSETTINGS_SCHEMA_DIR="\${APPDIR}/usr/share/glib-2.0/schemas\${GSETTINGS_SCHEMA_DIR:+:\${GSETTINGS_SCHEMA_DIR}}"
  env -0`;

function inAppImage(env: Record<string, string>): Record<string, string> {
  const APPDIR = "/tmp/.mount_Gallery1a2b3c";
  const output = execFileSync("bash", ["--norc", "-c", APP_RUN], { env: { PATH: "/usr/bin:/bin", APPDIR, ...env } });
  return Object.fromEntries(
    `${output}`
      .split("\0")
      .filter(Boolean)
      .map((entry) => entry.split(/=(.*)/s).slice(0, 2)),
  );
}

test("the libraries of an AppImage are left out", () => {
  const clean = environmentForNode(inAppImage({}));
  assert.equal(clean["LD_LIBRARY_PATH"], undefined);
  assert.equal(clean["GSETTINGS_SCHEMA_DIR"], undefined);
});

test("what the user had in those lists before stays, and so does the rest", () => {
  const env = inAppImage({ LD_LIBRARY_PATH: "/opt/cuda/lib:/tmp/.mount_Gallery1a2b3cd/lib", HOME: "/home/me" });
  const clean = environmentForNode(env);
  assert.equal(clean["LD_LIBRARY_PATH"], "/opt/cuda/lib:/tmp/.mount_Gallery1a2b3cd/lib");
  assert.deepEqual([clean["HOME"], clean["PATH"]], ["/home/me", env["PATH"]]);
});

test("preloaded libraries and Electron's own switch are left out", () => {
  const env = { LD_PRELOAD: "libgobject-2.0.so.0", ELECTRON_RUN_AS_NODE: "1", LD_LIBRARY_PATH: "/opt/lib" };
  assert.deepEqual(environmentForNode(env), { LD_LIBRARY_PATH: "/opt/lib" });
});
