/**
 * Electron's binary loads the system's GLib, and native modules that bring their own then fail in every process that is an
 * Electron (lovell/sharp#4525). A preloaded GLib does the same to a plain Node.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { PATIENCE_MS } from "../../support/patience.js";

const APP = fileURLToPath(new URL("../../../../test/fixtures/electron/shrinking-app.mjs", import.meta.url));
const GLIB = "libgobject-2.0.so.0";
/** The broken one writes without end. */
const ENOUGH = 64 * 1024;

async function run(file: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(file, args, {
    env: { ...process.env, LD_PRELOAD: GLIB },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (data) => {
    stderr += data;
    if (stderr.length > ENOUGH) child.kill("SIGKILL");
  });
  const [stdout] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { stdout, stderr };
}

const { stderr: missing } = await run("true", []);
const skip = missing.includes("cannot be preloaded") && `${GLIB} is not installed (Debian: libglib2.0-0)`;

test("sharp fails in a process that has the system's GLib", { skip }, async () => {
  const { stderr } = await run(process.execPath, [APP, "here"]);
  assert.match(stderr, /GLib-GObject-CRITICAL/);
});

test("sharp works in a worker of such an app", { skip }, async () => {
  const { stdout, stderr } = await run(process.execPath, [APP]);
  assert.equal(stdout, "8x8 ff0000\n");
  assert.doesNotMatch(stderr, /GLib/);
});
