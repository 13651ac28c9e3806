import assert from "node:assert/strict";
import test from "node:test";
import { Queue } from "../../../main/thumbnails/queue.js";

async function drain<T>(queue: Queue<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

test("items come out in order, each to one reader, until the queue is closed", async () => {
  const queue = new Queue<number>(3);
  const readers = [drain(queue), drain(queue)];
  for (let item = 0; item < 100; item++) await queue.push(item);
  queue.close();
  const [first, second] = (await Promise.all(readers)) as [number[], number[]];
  assert.deepEqual([...first, ...second].sort((a, b) => a - b), [...Array(100).keys()]); // biome-ignore format: short
  assert.deepEqual(
    first,
    first.toSorted((a, b) => a - b),
  );
});

test("pushing waits while the queue is full", async () => {
  const queue = new Queue<string>(1);
  await queue.push("first");
  let pushed = false;
  const pushing = queue.push("second").then(() => {
    pushed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(pushed, false);
  const reader = queue[Symbol.asyncIterator]();
  assert.equal((await reader.next()).value, "first");
  await pushing;
  assert.equal((await reader.next()).value, "second");
});

test("clearing drops what is there and frees who waits", async () => {
  const queue = new Queue<string>(1);
  await queue.push("dropped");
  const pushing = queue.push("refused");
  queue.clear();
  assert.equal(await pushing, false);
  assert.deepEqual(await drain(queue), []);
});
