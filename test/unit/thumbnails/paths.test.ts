import assert from "node:assert/strict";
import test from "node:test";
import { argumentOctets, joinPath, resolvePath, showPath } from "desktop-fork-thumbnails/pictures";

const NOT_UTF8 = Buffer.from([0x2f, 0x63, 0xe9]);

test("resolving keeps every octet, and takes out dots and repeated slashes", () => {
  assert.deepEqual(resolvePath(NOT_UTF8), NOT_UTF8);
  assert.equal(resolvePath(Buffer.from("/a/./b//../ü/")).toString(), "/a/ü");
  assert.equal(resolvePath(Buffer.from("x")).toString(), `${process.cwd()}/x`);
});

test("joining puts one slash between", () => {
  assert.equal(joinPath(Buffer.from("/a"), Buffer.from("b")).toString(), "/a/b");
  assert.equal(joinPath(Buffer.from("/"), Buffer.from("b")).toString(), "/b");
});

test("a shown path can't steer a terminal or pretend another order", () => {
  assert.equal(showPath(Buffer.from("a\u{1b}[31m\nü\u{202e}")), "a\\u{1b}[31m\\u{a}ü\\u{202e}");
  assert.equal(showPath(NOT_UTF8), "/c\u{fffd}");
});

test("arguments that were not decoded faithfully are found on the kernel's command line", () => {
  assert.deepEqual(argumentOctets(["a", "ü"]), [Buffer.from("a"), Buffer.from("ü")]);
  assert.deepEqual(argumentOctets(["unknown \u{fffd}"]), [Buffer.from("unknown \u{fffd}")]);
});
