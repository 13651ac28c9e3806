import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { JobQueue, type Queued } from "../../../main/pool/job-queue.js";

function item(priority: number): Queued {
  return { priority, turn: 0, place: -1 };
}

function drain(queue: JobQueue<Queued>): Queued[] {
  const items: Queued[] = [];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) items.push(next);
  return items;
}

test("the highest priority comes out first, and of equal ones the first", () => {
  const queue = new JobQueue();
  const [low, first, second, high] = [item(-1), item(0), item(0), item(5)] as const;
  for (const each of [first, low, second, high]) queue.push(each);
  assert.deepEqual(drain(queue), [high, first, second, low]);
});

test("a job that comes back has its old turn", () => {
  const queue = new JobQueue();
  const [first, second, third] = [item(0), item(0), item(0)] as const;
  for (const each of [first, second, third]) queue.push(each);
  assert.equal(queue.pop(), first);
  queue.push(first);
  assert.deepEqual(drain(queue), [first, second, third]);
});

test("clear() gives all of them back, in order", () => {
  const queue = new JobQueue();
  const items = Array.from({ length: 50 }, (_, i) => item(i % 3));
  for (const each of items) queue.push(each);
  assert.deepEqual(
    queue.clear(),
    items.toSorted((a, b) => b.priority - a.priority),
  );
  assert.equal(queue.size, 0);
  assert.ok(items.every(({ place }) => place === -1));
});

test("any mix of pushes, pops and removals gives what a sorted list gives", () => {
  const command = fc.oneof(
    fc.record({ push: fc.integer({ min: -3, max: 3 }) }),
    fc.constant("pop" as const),
    fc.record({ remove: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      const queue = new JobQueue();
      const list: Queued[] = [];
      for (const each of commands) {
        if (each === "pop") {
          assert.equal(queue.pop(), list.shift());
        } else if ("push" in each) {
          const added = item(each.push);
          queue.push(added);
          const index = list.findIndex(({ priority }) => priority < added.priority);
          list.splice(index < 0 ? list.length : index, 0, added);
        } else if (list.length > 0) {
          const [removed] = list.splice(each.remove % list.length, 1) as [Queued];
          assert.equal(queue.remove(removed), true);
          assert.equal(queue.remove(removed), false);
        }
        assert.equal(queue.size, list.length);
      }
      assert.deepEqual(drain(queue), list);
    }),
  );
});
