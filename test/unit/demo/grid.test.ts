/** The virtual grid's arithmetic, and what it asks for. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { layOut, PADDING, placeOf, scrollFor, visibleRange } from "../../../renderer-demo/page/grid/layout.js";
import { wantedOf } from "../../../renderer-demo/page/grid/wanted.js";

const sizes = fc.record({
  width: fc.integer({ min: 0, max: 4000 }),
  height: fc.integer({ min: 1, max: 3000 }),
  count: fc.nat(100_000),
  size: fc.integer({ min: 112, max: 256 }),
});

test("tiles fill the width and don't overlap", () => {
  const layout = layOut({ width: 1000, count: 10, size: 176 });
  assert.equal(layout.columns, 5);
  const last = placeOf(layout, 4);
  assert.ok(last.x + layout.tileWidth <= 1000 - PADDING + 1);
  assert.ok(last.x + layout.tileWidth > 1000 - PADDING - 5);
  assert.ok(placeOf(layout, 1).x - placeOf(layout, 0).x > layout.tileWidth);
});

test("an empty folder has no height, and nothing is in view", () => {
  const layout = layOut({ width: 1000, count: 0, size: 176 });
  assert.equal(layout.height, 0);
  const { first, last } = visibleRange(layout, 0, 800, 0);
  assert.ok(last < first);
});

test("wherever the page scrolls, the range holds exactly the tiles that touch the view", () => {
  fc.assert(
    fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), ({ width, height, count, size }, where) => {
      const layout = layOut({ width, count, size });
      const top = Math.round(Math.max(0, layout.height - height) * where);
      const { first, last } = visibleRange(layout, top, height, count);
      assert.ok(first >= 0 && last < count);
      const touches = (index: number) => {
        const { y } = placeOf(layout, index);
        return y < top + height && y + layout.stepY > top;
      };
      if (last >= first) {
        assert.ok(touches(first) && touches(last));
        if (first > 0) assert.ok(!touches(first - 1));
        const rowsEnd = Math.min(count, layout.rows * layout.columns);
        if (last + 1 < rowsEnd) assert.ok(!touches(last + 1));
      }
    }),
  );
});

test("scrolling to a tile brings all of it into view", () => {
  fc.assert(
    fc.property(sizes, fc.nat(99_999), fc.nat(1_000_000), ({ width, height, count, size }, picture, top) => {
      fc.pre(picture < count && height > 400);
      const layout = layOut({ width: Math.min(width, 300), count, size });
      fc.pre(Math.floor(picture / layout.columns) < layout.rows && layout.tileHeight + 2 * PADDING <= height);
      const scrolled = scrollFor(layout, picture, top, height);
      const { y } = placeOf(layout, picture);
      assert.ok(y >= scrolled && y + layout.tileHeight <= scrolled + height);
    }),
  );
});

test("what is in view is wanted first, then a screen in the direction of the scrolling, then one behind", () => {
  const wish = { range: { first: 4, last: 5 }, count: 9, has: (picture: number) => picture === 5, most: 100 };
  assert.deepEqual(wantedOf({ ...wish, upwards: false }), { pictures: [4, 6, 7, 3, 2], visible: 1 });
  assert.deepEqual(wantedOf({ ...wish, upwards: true }), { pictures: [4, 3, 2, 6, 7], visible: 1 });
  assert.deepEqual(wantedOf({ ...wish, upwards: true, most: 2 }).pictures, [4, 3]);
});

test("nothing is wanted of an empty view", () => {
  const wanted = wantedOf({ range: { first: 0, last: -1 }, count: 0, upwards: false, has: () => false, most: 9 });
  assert.deepEqual(wanted, { pictures: [], visible: 0 });
});
