/** desktopFork() called wrongly, in an order in which each call leaves things as they were. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import test from "node:test";
import { type App, desktopFork } from "../../../main/electron/index.js";
import { closeDefaultTemplate, ForkProcess } from "../../../main/index.js";

/** Stands in for Electron's `app`; it never quits. */
const app = Object.assign(new EventEmitter(), { quit() {} }) satisfies App;

test("outside an Electron main process it says so", () => {
  assert.throws(() => desktopFork(), { code: "ERR_FORK_UNSUPPORTED", message: /main process/ });
});

test("a time that is no time is refused", () => {
  for (const quitTimeoutMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, "1" as unknown as number])
    assert.throws(() => desktopFork({ app, quitTimeoutMs }), { code: "ERR_FORK_ARGUMENT", message: /quitTimeoutMs/ });
});

test("desktopFork() comes before any use of the default template", async () => {
  await ForkProcess.create().ready();
  assert.throws(() => desktopFork({ app, quitTimeout: 5 } as never), {
    code: "ERR_FORK_ARGUMENT",
    message: "desktopFork: there is no option 'quitTimeout'; did you mean 'quitTimeoutMs'?",
  });
  assert.throws(() => desktopFork({ app }), { code: "ERR_FORK_ARGUMENT", message: /started already/ });
  closeDefaultTemplate();
});

test("desktopFork() is called once, and a runtime that is none is told by ready()", async () => {
  const fork = desktopFork({ app, runtime: "/nowhere/node" });
  assert.equal(fork.runtime, "/nowhere/node");
  await assert.rejects(fork.ready(), { code: "ERR_FORK_RUNTIME" });
  assert.throws(() => desktopFork({ app }), { code: "ERR_FORK_ARGUMENT", message: /called already/ });
  await fork.close();
});
