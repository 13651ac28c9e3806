/** Listening to AbortSignals. */
import assert from "node:assert/strict";
import test from "node:test";
import { isAbortSignal, onAbort, untilAborted } from "../../../main/base/abort.js";

test("a signal has one listener of ours, and none when nobody is interested any more", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let added = 0;
  let removed = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    added++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    removed++;
    Reflect.apply(removeEventListener, signal, args);
  };
  const warnings: unknown[] = [];
  process.on("warning", (warning) => warnings.push(warning));
  let called = 0;
  const stops = Array.from({ length: 100 }, () => onAbort(signal, () => called++));
  assert.deepEqual([added, removed], [1, 0]);
  for (const stop of stops.splice(10)) stop();
  assert.equal(removed, 0);
  for (const stop of stops) {
    stop();
    stop();
  }
  assert.equal(removed, 1);
  onAbort(signal, () => called++);
  assert.equal(added, 2);
  controller.abort();
  assert.equal(called, 1);
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});

test("the same function may listen twice", () => {
  const controller = new AbortController();
  let called = 0;
  const listener = () => called++;
  const stop = onAbort(controller.signal, listener);
  onAbort(controller.signal, listener);
  stop();
  controller.abort();
  assert.equal(called, 1);
});

test("an aborted signal calls at once", () => {
  let called = 0;
  onAbort(AbortSignal.abort(), () => called++)();
  assert.equal(called, 1);
});

test("a listener that throws is an uncaught exception, and keeps no other from being called", async () => {
  const controller = new AbortController();
  const caught = new Promise<Error>((resolve) => process.setUncaughtExceptionCaptureCallback(resolve));
  const order: string[] = [];
  onAbort(controller.signal, () => {
    order.push("first");
    throw new Error("thrown by a listener");
  });
  onAbort(controller.signal, () => order.push("second"));
  controller.abort();
  assert.deepEqual(order, ["first", "second"]);
  assert.equal((await caught).message, "thrown by a listener");
  process.setUncaughtExceptionCaptureCallback(null);
});

test("a listener may forget others, and add one", () => {
  const controller = new AbortController();
  const order: string[] = [];
  let stop = () => {};
  onAbort(controller.signal, () => {
    order.push("first");
    stop();
    onAbort(controller.signal, () => order.push("third"));
  });
  stop = onAbort(controller.signal, () => order.push("second"));
  controller.abort();
  assert.deepEqual(order, ["first", "third"]);
});

test("waiting ends with the AbortError of Node, and forgets the signal", async () => {
  const controller = new AbortController();
  const waiting = untilAborted(new Promise(() => {}), controller.signal);
  controller.abort("enough");
  await assert.rejects(waiting, { name: "AbortError", code: "ABORT_ERR", cause: "enough" });
  assert.equal(await untilAborted(Promise.resolve(5), new AbortController().signal), 5);
});

test("a signal is known by its looks", () => {
  const foreign = { aborted: false, addEventListener() {}, removeEventListener() {} };
  for (const signal of [foreign, AbortSignal.abort()]) assert.ok(isAbortSignal(signal));
  for (const none of [undefined, null, true, {}, { aborted: true }, new AbortController()])
    assert.equal(isAbortSignal(none), false);
});
