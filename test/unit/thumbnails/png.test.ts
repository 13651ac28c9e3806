import assert from "node:assert/strict";
import test from "node:test";
import zlib from "node:zlib";
import { emptyPng, insertTexts, PNG_END, readTexts } from "desktop-fork-thumbnails/cache";

test("a chunk ends with PNG's checksum", () => {
  assert.deepEqual(PNG_END, Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]));
});

test("texts that were inserted are read again, and the rest of the file is what it was", () => {
  const png = emptyPng();
  const texts = new Map([
    ["Thumb::URI", "file:///a%20b.png"],
    ["Empty", ""],
    ["Latin", "é"],
  ]);
  const marked = insertTexts(png, texts);
  assert.deepEqual(readTexts(marked), texts);
  assert.deepEqual(Buffer.concat([marked.subarray(0, 33), marked.subarray(marked.length - png.length + 33)]), png);
});

test("texts are found in the start of a file, as far as it goes", () => {
  const marked = insertTexts(emptyPng(), new Map([["A", "1"], ["B", "x".repeat(1000)]])); // biome-ignore format: short
  assert.deepEqual(readTexts(marked.subarray(0, 100)), new Map([["A", "1"]]));
  assert.deepEqual(readTexts(marked.subarray(0, 20)), new Map());
});

test("what is no PNG has no texts", () => {
  assert.equal(readTexts(Buffer.from("GIF89a")), undefined);
  assert.equal(readTexts(Buffer.alloc(0)), undefined);
});

test("a chunk that claims to be longer than the file ends the search", () => {
  const png = emptyPng();
  png.writeUInt32BE(0xffffffff, 8);
  assert.deepEqual(readTexts(png), new Map());
});

test("the empty picture is one transparent pixel", () => {
  const png = emptyPng();
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1, 1]);
  const length = png.readUInt32BE(33);
  assert.deepEqual(zlib.inflateSync(png.subarray(41, 41 + length)), Buffer.alloc(5));
});
