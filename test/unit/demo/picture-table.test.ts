/** Paths of very many pictures. */
import assert from "node:assert/strict";
import test from "node:test";
import { PictureTable } from "../../../renderer-demo/main/folder/picture-table.js";

test("pictures are found by their number, across folders and batches", () => {
  const table = new PictureTable();
  table.add("/a", ["1", "2"]);
  table.add("/a", []);
  table.add("/b", ["3"]);
  table.add("/a", ["4"]);
  assert.equal(table.count, 4);
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => table.at(index)),
    [
      { folder: "/a", name: "1" },
      { folder: "/a", name: "2" },
      { folder: "/b", name: "3" },
      { folder: "/a", name: "4" },
    ],
  );
});

test("there is nothing before the first and behind the last", () => {
  const table = new PictureTable();
  assert.equal(table.at(0), undefined);
  table.add("/a", ["1"]);
  assert.equal(table.at(-1), undefined);
  assert.equal(table.at(1), undefined);
  assert.equal(table.at(4_294_967_295), undefined);
});
