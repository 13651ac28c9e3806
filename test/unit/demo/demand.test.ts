/** Which picture comes next. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { Demand, type Next } from "../../../renderer-demo/main/pictures/demand.js";

function take(demand: Demand, most = 100): number[] {
  const pictures: number[] = [];
  for (let next = demand.next(); next !== undefined && pictures.length < most; next = demand.next())
    pictures.push(next.picture);
  return pictures;
}

test("the looked-at picture comes first, then the wanted ones in their order, then the rest of the folder", () => {
  const demand = new Demand();
  demand.fill(4);
  demand.want([9, 2]);
  demand.view(7);
  assert.deepEqual(take(demand), [7, 9, 2, 0, 1, 3]);
  assert.equal(demand.filled, 4);
});

test("what was scrolled away before it was begun is cancelled", () => {
  const demand = new Demand();
  demand.want([1, 2, 3, 4]);
  demand.next();
  demand.want([4, 5]);
  assert.equal(demand.cancelled, 2);
  assert.equal(demand.waiting, 2);
  assert.deepEqual(take(demand), [4, 5]);
});

test("a picture under way is not begun a second time, and can be when it is done", () => {
  const demand = new Demand();
  demand.want([1]);
  const first = demand.next() as Next;
  demand.want([1]);
  assert.equal(demand.next(), undefined);
  demand.done(first, true);
  demand.want([1]);
  assert.deepEqual(demand.next(), first);
});

test("a picture that was given up, or made for the cache alone, and is wanted again meanwhile comes next", () => {
  for (const begin of [(demand: Demand) => demand.want([1]), (demand: Demand) => demand.fill(1)]) {
    const demand = new Demand();
    begin(demand);
    const first = demand.next() as Next;
    demand.want([]);
    demand.want([first.picture, 7]);
    assert.deepEqual(take(demand), [7]);
    demand.done(first, false);
    assert.deepEqual(demand.next(), { picture: first.picture, purpose: "want" });
  }
});

test("what was given up and is not wanted any more is not begun again", () => {
  const demand = new Demand();
  demand.want([1]);
  const first = demand.next() as Next;
  demand.want([1]);
  demand.next();
  demand.want([]);
  demand.done(first, false);
  assert.equal(demand.next(), undefined);
});

test("filling goes on where it stopped, and stops at once", () => {
  const demand = new Demand();
  demand.fill(10);
  assert.equal(demand.next()?.picture, 0);
  demand.fill(0);
  assert.equal(demand.next(), undefined);
  demand.fill(2);
  assert.deepEqual(take(demand), [1]);
});

test("no picture is ever under way twice, and the last wish is fulfilled", () => {
  const wishes = fc.array(fc.uniqueArray(fc.nat(20)), { maxLength: 20 });
  fc.assert(
    fc.property(wishes, fc.nat(5), (lists, atATime) => {
      const demand = new Demand();
      const underWay: Next[] = [];
      const seen = new Set<number>();
      for (const list of [...lists, [0, 1, 2]]) {
        demand.want(list);
        seen.clear();
        for (const { picture } of underWay) seen.add(picture);
        for (let next = demand.next(); next !== undefined; next = demand.next()) {
          assert.ok(!underWay.some(({ picture }) => picture === next?.picture));
          underWay.push(next);
          seen.add(next.picture);
          if (underWay.length > atATime) demand.done(underWay.shift() as Next, true);
        }
      }
      assert.ok([0, 1, 2].every((picture) => seen.has(picture)));
    }),
  );
});
