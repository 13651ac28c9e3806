/** The fuse reader, against what Electron's own tool writes. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { runAsNodeFuse } from "../../../main/runtime/electron-fuses.js";
import { FUSE_WIRE, setRunAsNode, writeFakeBinary } from "../../support/fake-electron.js";
import { temporaryFolder } from "../../support/temporary.js";

const MIB = 1024 * 1024;
/** What the reader reads at a time. */
const CHUNK = 128 * 1024;

test("the fuse reader reads what @electron/fuses has set", async (context) => {
  const file = path.join(temporaryFolder(context), "electron");
  writeFakeBinary(file, { bytes: 3 * MIB, wiresAt: [MIB + 1] });
  assert.equal(runAsNodeFuse(file), "on");
  await setRunAsNode(file, false);
  assert.equal(runAsNodeFuse(file), "off", "also after it was known to be on");
  await setRunAsNode(file, true);
  assert.equal(runAsNodeFuse(file), "on");
});

test("a wire is found wherever it lies between what is read at a time", (context) => {
  const file = path.join(temporaryFolder(context), "electron");
  const { length } = FUSE_WIRE;
  for (let at = CHUNK - length - 1; at <= CHUNK + 1; at++) {
    writeFakeBinary(file, { bytes: 2 * CHUNK, wiresAt: [at] });
    fs.utimesSync(file, at, at); // sizes are the same, and a clock may be coarse
    assert.equal(runAsNodeFuse(file), "on", `at ${at}`);
  }
  for (const bytes of [length, CHUNK]) {
    writeFakeBinary(file, { bytes, wiresAt: [bytes - length] });
    assert.equal(runAsNodeFuse(file), "on", `at the end of ${bytes}`);
  }
});

test("of a universal binary for macOS both wires must allow it", (context) => {
  const file = path.join(temporaryFolder(context), "Electron Framework");
  writeFakeBinary(file, { bytes: 3 * MIB, wiresAt: [100, 2 * MIB] });
  assert.equal(runAsNodeFuse(file, "darwin"), "on");
  const fd = fs.openSync(file, "r+");
  fs.writeSync(fd, "0", 2 * MIB + 34);
  fs.closeSync(fd);
  assert.equal(runAsNodeFuse(file, "darwin"), "off");
  assert.equal(runAsNodeFuse(file, "linux"), "on", "elsewhere the first counts");
});

test("a fuse that this Electron no longer has is 'removed'", (context) => {
  const file = path.join(temporaryFolder(context), "electron");
  const wire = Buffer.from(FUSE_WIRE);
  wire.write("r", 34);
  fs.writeFileSync(file, wire);
  assert.equal(runAsNodeFuse(file), "removed");
});

test("what only looks like a wire is passed over", (context) => {
  const file = path.join(temporaryFolder(context), "electron");
  const other = (...bytes: number[]) => Buffer.concat([FUSE_WIRE.subarray(0, 32), Buffer.from(bytes)]);
  const lookalikes = [other(2, 8, 0x31), other(1, 0, 0x31), other(1, 8, 0x78), other()];
  fs.writeFileSync(file, Buffer.concat([...lookalikes, FUSE_WIRE]));
  assert.equal(runAsNodeFuse(file), "on");
  fs.writeFileSync(file, Buffer.concat(lookalikes));
  assert.equal(runAsNodeFuse(file), undefined);
});

test("a Node has no fuses", () => {
  assert.equal(runAsNodeFuse(process.execPath), undefined);
});

test("a binary of 200 MB is read in bounded memory, and once", (context) => {
  const file = path.join(temporaryFolder(context), "electron");
  writeFakeBinary(file, { bytes: 200 * MIB, wiresAt: [200 * MIB - 100] });
  fs.utimesSync(file, 1, 1);
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(runAsNodeFuse(file), "on");
  const grownMib = (process.memoryUsage().arrayBuffers - before) / MIB;
  assert.ok(grownMib < 8, `${grownMib} MiB`);
  const fd = fs.openSync(file, "r+");
  fs.writeSync(fd, Buffer.alloc(FUSE_WIRE.length), 0, FUSE_WIRE.length, 200 * MIB - 100);
  fs.closeSync(fd);
  fs.utimesSync(file, 1, 1);
  assert.equal(runAsNodeFuse(file), "on", "what is known is not read again");
});

test("a missing file is the system's error", () => {
  assert.throws(() => runAsNodeFuse("/nowhere/electron"), { code: "ENOENT" });
});
