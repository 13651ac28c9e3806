import assert from "node:assert/strict";
import test from "node:test";
import type { Slot } from "../../../main/pool/slot.js";
import { SlotState } from "../../../main/pool/slot.js";
import { Simulation } from "./simulation.js";

test("an empty pool starts its first worker with the first job, at once", () => {
  const pool = new Simulation({ start: 100 });
  assert.equal(pool.alive, 0);
  pool.submit();
  assert.equal(pool.alive, 1);
  pool.ready();
  assert.deepEqual(pool.given, [1]);
});

test("jobs are given in their order, the highest priority first", () => {
  const pool = new Simulation({ max: 1 });
  pool.submit(3);
  pool.submit(1, 7);
  pool.ready();
  for (let i = 0; i < 4; i++) pool.finish();
  assert.deepEqual(pool.given, [4, 1, 2, 3]);
});

test("no more workers are started than there are jobs to fill them", () => {
  const pool = new Simulation({ max: 8, load: 2 });
  pool.submit(5);
  assert.equal(pool.alive, 3);
  pool.ready();
  assert.equal(pool.given.length, 5);
});

test("a job goes to the worker that has least to do", () => {
  const pool = new Simulation({ max: 2, load: 3 });
  pool.submit(4);
  pool.ready();
  assert.deepEqual(loads(pool), [3, 1]);
  pool.submit(2);
  assert.deepEqual(loads(pool), [3, 3]);
  const [first] = pool.slots as [Slot];
  pool.finish(first);
  pool.finish(first);
  pool.submit();
  assert.deepEqual(loads(pool), [2, 3]);
});

test("of idle workers the one that worked last gets the job, so that the others can end", () => {
  const pool = new Simulation({ max: 3, stop: 100 });
  pool.submit(3);
  pool.ready();
  const [, , last] = pool.slots as [Slot, Slot, Slot];
  pool.now = 1;
  for (const slot of pool.slots) if (slot !== last) pool.finish(slot);
  pool.now = 2;
  pool.finish(last);
  for (let i = 0; i < 10; i++) {
    pool.pass(50);
    pool.submit();
    pool.finish(last);
    pool.left();
  }
  assert.deepEqual(pool.slots, [last]);
});

test("with `start`, another worker comes only after all were busy for so long, one at a time", () => {
  const pool = new Simulation({ max: 4, start: 100 });
  pool.submit(8);
  pool.ready();
  for (let i = 0; i < 60; i++) {
    pool.pass(10);
    pool.ready();
  }
  assert.deepEqual(pool.startTimes, [0, 100, 200, 300]);
});

test("a pause in which somebody is idle begins the time of `start` anew", () => {
  const pool = new Simulation({ max: 2, start: 100 });
  pool.submit(2);
  pool.ready();
  pool.pass(90);
  pool.finish();
  pool.pass(50);
  pool.submit(); // waits from 140 on
  pool.pass(99);
  assert.equal(pool.startTimes.length, 1);
  pool.pass(1);
  assert.deepEqual(pool.startTimes, [0, 240]);
});

test("with a `start` of 0 all workers that have something to do come at once", () => {
  const pool = new Simulation({ max: 4, start: 0 });
  pool.submit(8);
  assert.deepEqual(pool.startTimes, [0, 0, 0, 0]);
});

test("`idle` workers are there from the beginning, and again when others are busy", () => {
  const pool = new Simulation({ max: 3, idle: 2, start: 1000 });
  assert.equal(pool.alive, 2);
  pool.ready();
  pool.submit();
  assert.equal(pool.alive, 3);
  pool.submit(5);
  assert.equal(pool.alive, 3);
});

test("a worker without a job for `stop` ends, each by its own time, down to `idle`", () => {
  const pool = new Simulation({ max: 4, idle: 1, stop: 100 });
  pool.submit(4);
  pool.ready();
  for (const slot of [...pool.slots]) {
    pool.finish(slot);
    pool.pass(10);
  }
  // They have been idle since 0, 10, 20 and 30.
  const ends: number[] = [];
  while (pool.now < 300) {
    pool.pass(5);
    for (const _ of pool.leaving) ends.push(pool.now);
    pool.left();
  }
  assert.deepEqual(ends, [100, 110, 120]);
  assert.equal(pool.alive, 1);
});

test("with a `stop` of 0 a worker ends as soon as nothing waits for it", () => {
  const pool = new Simulation({ max: 1, stop: 0 });
  pool.submit(2);
  pool.ready();
  pool.finish();
  assert.equal(pool.leaving.length, 0);
  pool.finish();
  assert.equal(pool.leaving.length, 1);
});

test("with a `stop` of Infinity workers stay", () => {
  const pool = new Simulation({ stop: Number.POSITIVE_INFINITY });
  pool.submit();
  pool.ready();
  pool.finish();
  pool.pass(1e9);
  assert.equal(pool.alive, 1);
});

test("a worker that retires gets no more jobs, finishes those it has, ends, and is replaced at once", () => {
  const pool = new Simulation({ max: 1, load: 2 });
  pool.submit(4);
  pool.ready();
  const [old] = pool.slots as [Slot];
  pool.scheduler.retire(old, pool.now);
  pool.scheduler.retire(old, pool.now);
  assert.equal(pool.starting.length, 1);
  pool.finish(old);
  pool.finish(old);
  assert.deepEqual([pool.leaving, pool.given], [[old], [1, 2]]);
  pool.ready();
  assert.deepEqual(pool.given, [1, 2, 3, 4]);
});

test("a worker ends after `maxJobs` jobs, and counts as alive until the last is done", () => {
  const pool = new Simulation({ max: 1, load: 4, maxJobs: 2 });
  pool.submit(3);
  pool.ready();
  assert.deepEqual([pool.given, pool.alive, pool.startTimes.length], [[1, 2], 1, 1]);
  pool.finish();
  assert.equal(pool.startTimes.length, 1);
  pool.finish();
  assert.deepEqual([pool.leaving.length, pool.startTimes.length], [1, 2]);
});

test("workers that leave slowly are not joined by ever more of them", () => {
  const pool = new Simulation({ max: 2, maxJobs: 1 });
  pool.submit(20);
  for (let i = 0; i < 10; i++) {
    pool.ready();
    while (pool.slots.some(({ load }) => load > 0)) pool.finish();
  }
  assert.equal(pool.slots.length, 4);
  pool.left();
  pool.ready();
  assert.equal(pool.in(SlotState.Ready).length, 2);
});

function loads(pool: Simulation): number[] {
  return pool.slots.map(({ load }) => load);
}
