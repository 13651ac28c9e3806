/** Workers that die, jobs that are given up, and the end of a pool. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Slot } from "../../../main/pool/slot.js";
import { SlotState } from "../../../main/pool/slot.js";
import { Simulation } from "./simulation.js";

test("a dead worker's place is filled at once, and its jobs can be given to another", () => {
  const pool = new Simulation({ max: 1, load: 2 });
  pool.submit(3);
  pool.ready();
  pool.die(pool.slots[0] as Slot, { again: true });
  pool.ready();
  // They had their turn before the third.
  assert.deepEqual(pool.given, [1, 2, 1, 2]);
});

test("workers that die before they are of use are replaced ever more slowly", () => {
  const pool = new Simulation({ max: 1, idle: 1 });
  for (let i = 0; i < 10_000; i++) {
    if (pool.slots[0] !== undefined) pool.die(pool.slots[0]);
    pool.pass(1);
  }
  assert.deepEqual(pool.startTimes.slice(0, 5), [0, 50, 150, 350, 750]);
  assert.ok(pool.startTimes.length < 12, `${pool.startTimes.length} starts in 10 s`);
});

test("several that were started together and die together count as one failure", () => {
  const pool = new Simulation({ max: 8 });
  pool.submit(8);
  pool.now = 1;
  for (const slot of pool.slots) pool.die(slot);
  assert.deepEqual(pool.refused, []);
  pool.pass(50);
  assert.deepEqual(pool.startTimes, [...Array(8).fill(0), ...Array(8).fill(51)]);
});

test("after some failed starts in a row what waits is refused; the next job tries again", () => {
  const pool = new Simulation({ max: 1 });
  pool.submit(2);
  for (let i = 0; i < 4; i++) {
    pool.die(pool.slots[0] as Slot);
    pool.pass(5000);
  }
  assert.deepEqual(pool.refused, [1, 2]);
  pool.submit();
  pool.pass(5000);
  pool.ready();
  pool.finish();
  assert.deepEqual(pool.given, [3]);
});

test("a hopeless failure refuses what waits at once, unless another worker is there", () => {
  const pool = new Simulation({ max: 2 });
  pool.submit(3);
  const [first, second] = pool.slots as [Slot, Slot];
  pool.die(first, { hopeless: true });
  assert.deepEqual(pool.refused, []);
  pool.die(second, { hopeless: true });
  assert.deepEqual(pool.refused, [1, 2, 3]);
});

test("workers that somebody kills while they are idle refuse nobody's job", () => {
  const pool = new Simulation({ max: 1, idle: 1 });
  for (let i = 0; i < 8; i++) {
    pool.pass(5000);
    pool.ready();
    pool.die(pool.slots[0] as Slot);
  }
  pool.submit();
  pool.pass(5000);
  pool.ready();
  assert.deepEqual([pool.given, pool.refused], [[1], []]);
});

test("a job that can't be sent takes no place, however many there are", () => {
  const pool = new Simulation({ max: 1 });
  for (let id = 1; id <= 50_000; id++) pool.unsendable.add(id);
  pool.submit(50_001);
  pool.ready();
  assert.deepEqual(pool.given, [50_001]);
});

test("a cancelled job is given to nobody", () => {
  const pool = new Simulation({ max: 1 });
  const [first, second] = pool.submit(3);
  assert.equal(pool.scheduler.cancel(second as never, 0), true);
  pool.ready();
  assert.equal(pool.scheduler.cancel(first as never, 0), false);
  pool.finish();
  assert.deepEqual(pool.given, [1, 3]);
});

test("closing does what waits, then ends everybody, and tells once", () => {
  const pool = new Simulation({ max: 2, idle: 2 });
  pool.submit(5);
  pool.scheduler.close(pool.now);
  pool.ready();
  for (let i = 0; i < 5; i++) pool.finish();
  assert.deepEqual([pool.given.length, pool.alive, pool.isClosed], [5, 0, false]);
  pool.left();
  assert.equal(pool.isClosed, true);
  assert.equal(pool.startTimes.length, 2);
});

test("closing a pool without anything tells at once, and starts nobody", () => {
  const pool = new Simulation();
  pool.scheduler.close(pool.now);
  assert.deepEqual([pool.isClosed, pool.startTimes], [true, []]);
});

test("closing ends workers that have not come to life yet, if nothing waits for them", () => {
  const pool = new Simulation({ max: 2, idle: 2 });
  pool.scheduler.close(pool.now);
  assert.equal(pool.leaving.length, 2);
});

test("a smaller `max` lets the surplus finish and go; a larger one starts more for what waits", () => {
  const pool = new Simulation({ max: 4 });
  pool.submit(20);
  pool.ready();
  pool.scheduler.setMax(1, pool.now);
  assert.deepEqual([pool.alive, pool.in(SlotState.Retiring).length], [1, 3]);
  for (const slot of pool.in(SlotState.Retiring)) pool.finish(slot);
  pool.left();
  assert.equal(pool.slots.length, 1);
  pool.scheduler.setMax(3, pool.now);
  assert.equal(pool.alive, 3);
});

test("workers that are to be others finish what they have, and what waits is for the new ones", () => {
  const pool = new Simulation({ max: 2 });
  pool.submit(3);
  pool.ready();
  const old = pool.in(SlotState.Ready);
  pool.scheduler.renew(pool.now);
  assert.deepEqual(pool.in(SlotState.Retiring), old);
  for (const slot of old) pool.finish(slot);
  pool.left();
  pool.ready();
  assert.equal(pool.given.length, 3);
  assert.ok(pool.slots.every((slot) => !old.includes(slot)));
});

function _loads(pool: Simulation): number[] {
  return pool.slots.map(({ load }) => load);
}
