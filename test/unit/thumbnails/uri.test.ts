import assert from "node:assert/strict";
import test from "node:test";
import { fileUri, thumbnailName } from "desktop-fork-thumbnails/cache";

test("the standard's own example has the standard's own name", () => {
  assert.equal(thumbnailName("file:///home/jens/photos/me.png"), "c6ee772d9e49320e97ec29a7eb5b1697.png");
});

test("what a path may contain stays, all else is escaped with capital digits", () => {
  assert.equal(fileUri(Buffer.from("/a b/ü#?%;[é]")), "file:///a%20b/%C3%BC%23%3F%25%3B%5B%C3%A9%5D");
  assert.equal(fileUri(Buffer.from("/!$&'()*+,-.:=@_~")), "file:///!$&'()*+,-.:=@_~");
});

test("octets that are not UTF-8 are escaped one by one", () => {
  assert.equal(fileUri(Buffer.from([0x2f, 0xe9, 0xff, 0x80])), "file:///%E9%FF%80");
});
