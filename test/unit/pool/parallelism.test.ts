import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { availableParallelism, cgroupProcessors } from "../../../main/pool/parallelism.js";

/** A tree of cgroups with these limits, and the file that says where in it a process is. */
function cgroups(t: TestContext, limits: Record<string, string>, own: string): [root: string, membership: string] {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-cgroup-"));
  t.after(() => fs.rmSync(root, { recursive: true, force: true }));
  for (const [group, limit] of Object.entries(limits)) {
    fs.mkdirSync(path.join(root, group), { recursive: true });
    fs.writeFileSync(path.join(root, group, "cpu.max"), limit);
  }
  const membership = path.join(root, "membership");
  fs.writeFileSync(membership, own);
  return [root, membership];
}

test("a cgroup's quota limits the processors", (t) => {
  assert.equal(cgroupProcessors(...cgroups(t, { "a/b": "250000 100000\n" }, "0::/a/b\n")), 2.5);
});

test("the smallest quota on the way to the root counts", (t) => {
  const limits = { a: "100000 50000\n", "a/b": "max 100000\n", "a/b/c": "400000 100000\n" };
  assert.equal(cgroupProcessors(...cgroups(t, limits, "12:cpu:/x\n0::/a/b/c\n")), 2);
});

test("without a quota there is no limit", (t) => {
  assert.equal(cgroupProcessors(...cgroups(t, { a: "max 100000\n" }, "0::/a\n")), Number.POSITIVE_INFINITY);
  assert.equal(cgroupProcessors(...cgroups(t, {}, "0::/\n")), Number.POSITIVE_INFINITY);
  assert.equal(cgroupProcessors("/nowhere", "/nowhere"), Number.POSITIVE_INFINITY);
});

test("there is at least one processor, and no more than Node sees", () => {
  assert.ok(availableParallelism() >= 1 && availableParallelism() <= os.availableParallelism());
});
