import assert from "node:assert/strict";
import test from "node:test";
import { Room } from "../../../main/pool/room.js";

/** A queue of a fixed size. */
class Places {
  free: number;
  refused = 0;
  taken = 0;
  readonly room = new Room(() => this.free);

  constructor(free: number) {
    this.free = free;
  }

  take(): void {
    this.room.taken();
    if (this.free <= 0) this.refused++;
    else {
      this.free--;
      this.taken++;
    }
  }

  giveBack(): void {
    this.free++;
    this.room.changed();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("many producers that take their place at once are never refused, and all of them get one", async () => {
  const places = new Places(3);
  const produce = async () => {
    for (let i = 0; i < 20; i++) {
      await places.room.wait();
      places.take();
    }
  };
  const producers = Promise.all(Array.from({ length: 8 }, produce));
  while (places.taken < 160) {
    await turn();
    while (places.free < 3) places.giveBack();
  }
  await producers;
  assert.equal(places.refused, 0);
});

test("those who wait are let in in their order", async () => {
  const places = new Places(0);
  const order: number[] = [];
  const waiting = [1, 2, 3].map((id) =>
    places.room.wait().then(() => {
      order.push(id);
      places.take();
    }),
  );
  for (let i = 0; i < 3; i++) {
    places.giveBack();
    await turn();
  }
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
});

test("a place that nobody takes goes to the next", async () => {
  const places = new Places(1);
  await places.room.wait();
  await places.room.wait();
  assert.equal(places.free, 1);
});

test("without a limit, and once it is open, nobody waits", async () => {
  await new Room(() => Number.POSITIVE_INFINITY).wait();
  const places = new Places(0);
  const waiting = places.room.wait();
  places.room.open();
  await waiting;
  await places.room.wait();
});
