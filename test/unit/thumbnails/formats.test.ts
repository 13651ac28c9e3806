import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { hasPictureMagic, isPictureName, mediaType } from "desktop-fork-thumbnails/pictures";

test("names with an extension are judged by it, others are not judged", () => {
  for (const name of ["a.jpg", "A.JPEG", "x.y.png", "é.WebP", "a.svgz"])
    assert.equal(isPictureName(Buffer.from(name)), true, name);
  for (const name of ["a.txt", "a.jpg.part", "a.", "jpg.doc"])
    assert.equal(isPictureName(Buffer.from(name)), false, name);
  for (const name of ["README", ".jpg", ".hidden"]) assert.equal(isPictureName(Buffer.from(name)), undefined, name);
});

test("content is judged by magic numbers, and SVG by its root element", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "desktop-fork-formats-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const judge = (octets: string) => {
    const file = path.join(folder, "file");
    fs.writeFileSync(file, octets, "latin1");
    return hasPictureMagic(Buffer.from(file));
  };
  const pictures = [
    "\xff\xd8\xff\xe0",
    "\x89PNG\r\n\x1a\n",
    "GIF89a",
    "II*\0",
    "MM\0*",
    "RIFF1234WEBPVP8 ",
    "\0\0\0\x20ftypavif",
    "<svg xmlns=''>",
    "\n<?xml version='1.0'?>\n<!-- x -->\n<svg>",
  ];
  for (const octets of pictures) assert.equal(await judge(octets), true, JSON.stringify(octets));
  for (const octets of ["", "x", "RIFF1234WAVE", "<html><svg>", "\0\0\0\x20ftypisom", "#!/bin/sh <svg"])
    assert.equal(await judge(octets), false, JSON.stringify(octets));
  assert.equal(await hasPictureMagic(Buffer.from(path.join(folder, "missing"))), false);
});

test("media types are those of the desktop", () => {
  assert.equal(mediaType("jpeg"), "image/jpeg");
  assert.equal(mediaType("svg"), "image/svg+xml");
  assert.equal(mediaType("heif", "av1"), "image/avif");
});
