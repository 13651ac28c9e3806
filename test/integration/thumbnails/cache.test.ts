/** What is in the cache after a run. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import zlib from "node:zlib";
import { makeThumbnails } from "desktop-fork-thumbnails";
import { fileUri, SOFTWARE, THUMBNAIL_SIZES, type ThumbnailSize, thumbnailName } from "desktop-fork-thumbnails/cache";
import {
  filesBelow,
  gioInfo,
  hasGio,
  jsonEvents,
  makePictures,
  makePlace,
  readPng,
  runCli,
} from "../../support/thumbnails.js";

const GIO = { skip: !hasGio && "gio (libglib2.0-bin) is not installed" };

/** Run here, into a cache folder of the test's own. */
function run(pictures: string, cache: string, more: object = {}) {
  return makeThumbnails({ roots: [pictures], out: cache, jobs: 2, ...more });
}

function thumbnailOf(file: string, cache: string, size: ThumbnailSize = "large"): string {
  return path.join(cache, size, thumbnailName(fileUri(Buffer.from(file))));
}

test("every kind of picture gets a whole thumbnail with the standard's texts", async (t) => {
  const { pictures, cache } = makePlace(t);
  makePictures(
    pictures,
    { name: "a.jpg", width: 900, height: 600, format: "jpeg" },
    { name: "b.png", width: 900, height: 600, format: "png" },
    { name: "c.webp", width: 900, height: 600, format: "webp" },
    { name: "d.gif", width: 300, height: 200, format: "gif" },
    { name: "e.tiff", width: 900, height: 600, format: "tiff" },
    { name: "f.avif", width: 300, height: 200, format: "avif", options: { effort: 0 } },
  );
  fs.writeFileSync(path.join(pictures, "g.svg"), '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"/>');
  const summary = await run(pictures, cache);
  assert.deepEqual([summary.pictures, summary.made, summary.failed], [7, 7, 0]);

  const types = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/avif", "image/svg+xml"];
  for (const [index, name] of fs.readdirSync(pictures).sort().entries()) {
    const file = path.join(pictures, name);
    const stats = fs.statSync(file, { bigint: true });
    const { width, height, texts, whole } = readPng(thumbnailOf(file, cache));
    assert.deepEqual([width, height, whole], [256, 171, true], name);
    const wide = name === "d.gif" || name === "f.avif" ? 300 : 900;
    assert.deepEqual(Object.fromEntries(texts), {
      "Thumb::URI": `file://${file}`,
      "Thumb::MTime": String(stats.mtimeNs / 1_000_000_000n),
      "Thumb::Size": String(stats.size),
      "Thumb::Mimetype": types[index],
      "Thumb::Image::Width": String(wide),
      "Thumb::Image::Height": String((wide * 2) / 3),
      Software: SOFTWARE,
    });
  }
});

test("files are the user's alone, and nothing else lies around", async (t) => {
  const { pictures, cache } = makePlace(t);
  makePictures(pictures, { name: "a.jpg", width: 300, height: 300, format: "jpeg" });
  fs.writeFileSync(path.join(pictures, "broken.jpg"), "");
  await run(pictures, cache);
  const names = ["a.jpg", "broken.jpg"].map((name) => thumbnailName(fileUri(Buffer.from(path.join(pictures, name)))));
  assert.deepEqual(filesBelow(cache), [`fail/${SOFTWARE}/${names[1]}`, `large/${names[0]}`]);
  const mode = (name: string) => fs.statSync(path.join(cache, name)).mode & 0o777;
  for (const file of filesBelow(cache)) assert.equal(mode(file), 0o600, file);
  for (const folder of [".", "large", "fail", `fail/${SOFTWARE}`]) assert.equal(mode(folder), 0o700, folder);
});

test("all four sizes are made at once, and small pictures are not enlarged", async (t) => {
  const { pictures, cache } = makePlace(t);
  makePictures(
    pictures,
    { name: "big.jpg", width: 2000, height: 1000, format: "jpeg" },
    { name: "small.png", width: 200, height: 100, format: "png" },
  );
  await run(pictures, cache, { sizes: Object.keys(THUMBNAIL_SIZES) });
  for (const [size, pixels] of Object.entries(THUMBNAIL_SIZES) as [ThumbnailSize, number][]) {
    const big = readPng(thumbnailOf(path.join(pictures, "big.jpg"), cache, size));
    assert.deepEqual([big.width, big.height], [pixels, pixels / 2]);
    const small = readPng(thumbnailOf(path.join(pictures, "small.png"), cache, size));
    assert.equal(small.width, Math.min(pixels, 200));
  }
});

test("a picture that lies on its side is shown upright", async (t) => {
  const { pictures, cache } = makePlace(t);
  makePictures(pictures, { name: "a.jpg", width: 400, height: 200, format: "jpeg", orientation: 6 });
  await run(pictures, cache);
  const { width, height, texts } = readPng(thumbnailOf(path.join(pictures, "a.jpg"), cache));
  assert.deepEqual([width, height], [128, 256]);
  assert.deepEqual([texts.get("Thumb::Image::Width"), texts.get("Thumb::Image::Height")], ["200", "400"]);
});

test("valid thumbnails are left alone; a change of the picture, damage and --force make them anew", async (t) => {
  const { pictures, cache } = makePlace(t);
  makePictures(pictures, { name: "*.jpg", width: 300, height: 200, format: "jpeg", count: 3 });
  const files = [0, 1, 2].map((index) => path.join(pictures, `${index}.jpg`));
  const thumbnails = files.map((file) => thumbnailOf(file, cache)) as [string, string, string];
  assert.equal((await run(pictures, cache)).made, 3);

  const again = await run(pictures, cache);
  assert.deepEqual([again.made, again.upToDate, again.workers], [0, 3, 0]);

  fs.utimesSync(files[0] as string, 1000, 1000);
  fs.truncateSync(thumbnails[1], fs.statSync(thumbnails[1]).size - 1);
  const changed = await run(pictures, cache);
  assert.deepEqual([changed.made, changed.upToDate], [2, 1]);
  assert.equal(readPng(thumbnails[0]).texts.get("Thumb::MTime"), "1000");
  assert.ok(readPng(thumbnails[1]).whole);

  assert.equal((await run(pictures, cache, { force: true })).made, 3);
});

test("broken pictures are recorded as failures, and tried again when they change or by force", async (t) => {
  const { pictures, cache } = makePlace(t);
  makePictures(pictures, { name: "whole.jpg", width: 2000, height: 1500, format: "jpeg" });
  const write = (name: string, octets: string | Buffer) => fs.writeFileSync(path.join(pictures, name), octets);
  const whole = fs.readFileSync(path.join(pictures, "whole.jpg"));
  write("empty.png", "");
  write("text.jpg", "this is no picture");
  write("truncated.jpg", whole.subarray(0, whole.length / 2));
  const reasons = new Map<string, string | undefined>();
  const summary = await run(pictures, cache, {
    onPicture: ({ path: file, reason }: { path: Buffer; reason?: string }) =>
      reasons.set(path.basename(file.toString()), reason),
  });
  assert.deepEqual([summary.made, summary.failed], [1, 3]);
  assert.equal(reasons.get("empty.png"), "the file is empty");
  assert.match(reasons.get("text.jpg") ?? "", /unsupported image format/);
  assert.match(reasons.get("truncated.jpg") ?? "", /premature end|truncated/i);

  const record = path.join("fail", SOFTWARE, thumbnailName(fileUri(Buffer.from(path.join(pictures, "text.jpg")))));
  assert.equal(readPng(path.join(cache, record)).texts.get("Thumb::URI"), `file://${pictures}/text.jpg`);

  const again = await run(pictures, cache);
  assert.deepEqual([again.failed, again.failedBefore, again.workers], [0, 3, 0]);
  fs.copyFileSync(path.join(pictures, "whole.jpg"), path.join(pictures, "text.jpg"));
  fs.utimesSync(path.join(pictures, "text.jpg"), 2000, 2000);
  const mended = await run(pictures, cache);
  assert.deepEqual([mended.made, mended.failedBefore], [1, 2]);
  assert.equal((await run(pictures, cache, { force: true })).failed, 2);
});

test("pictures of 30,000 pixels work, and bombs fail without being unpacked", async (t) => {
  const { pictures, cache } = makePlace(t);
  makePictures(
    pictures,
    { name: "wide.jpg", width: 30_000, height: 600, format: "jpeg" },
    { name: "tall.png", width: 600, height: 30_000, format: "png" },
    { name: "line.png", width: 30_000, height: 1, format: "png" },
  );
  const claim = (name: string, width: number, height: number, interlaced: boolean) => {
    const octets = fs.readFileSync(path.join(pictures, "line.png"));
    octets.writeUInt32BE(width, 16);
    octets.writeUInt32BE(height, 20);
    octets.writeUInt8(interlaced ? 1 : 0, 28);
    octets.writeUInt32BE(zlib.crc32(octets.subarray(12, 29)), 29);
    fs.writeFileSync(path.join(pictures, name), octets);
  };
  claim("bomb-interlaced.png", 30_000, 30_000, true);
  claim("bomb.png", 100_000, 100_000, false);
  const reasons: string[] = [];
  const summary = await run(pictures, cache, {
    onPicture: ({ reason }: { reason?: string }) => reason !== undefined && reasons.push(reason),
  });
  assert.deepEqual([summary.made, summary.failed], [3, 2]);
  for (const reason of reasons) assert.match(reason, /pixel/);
  const { width, height } = readPng(thumbnailOf(path.join(pictures, "wide.jpg"), cache));
  assert.deepEqual([width, height], [256, 5]);
});

test("any octets make a file name: GLib finds the thumbnail by its own URI", GIO, async (t) => {
  const place = makePlace(t);
  const names = [...Array(256).keys()]
    .filter((octet) => octet !== 0 && octet !== 0x2f)
    .map((octet) => Buffer.from([0x78, octet, 0x2e, 0x67, 0x69, 0x66])); // x?.gif
  makePictures(place.pictures, { name: "x.gif", width: 8, height: 8, format: "gif" });
  const gif = fs.readFileSync(path.join(place.pictures, "x.gif"));
  for (const name of names) fs.writeFileSync(Buffer.concat([Buffer.from(`${place.pictures}/`), name]), gif);
  fs.mkdirSync(place.cache, { recursive: true });
  const uris = new Map<string, string>();
  await run(place.pictures, place.cache, {
    onPicture: ({ path: file, uri, state }: { path: Buffer; uri: string; state: string }) => {
      assert.equal(state, "made");
      uris.set(file.toString("latin1"), uri);
    },
  });
  assert.equal(uris.size, names.length + 1);
  for (const [file, uri] of uris) {
    const said = gioInfo(Buffer.from(file, "latin1"), place);
    assert.equal(said.get("uri"), uri);
    assert.equal(said.get("thumbnail::is-valid"), "TRUE", uri);
  }
});

test("GLib accepts thumbnails of both sizes it knows, and records of failures", GIO, async (t) => {
  for (const size of ["normal", "large"] as const) {
    const place = makePlace(t);
    makePictures(place.pictures, { name: "a b ü#%.jpg", width: 600, height: 400, format: "jpeg" });
    fs.writeFileSync(path.join(place.pictures, "broken.jpg"), "x");
    const result = await runCli([place.pictures, "--size", size, "--json", "--no-compare"], { place });
    assert.equal(result.code, 0, result.stderr);
    assert.equal(jsonEvents(result).at(-1)?.["made"], 1);

    const good = gioInfo(path.join(place.pictures, "a b ü#%.jpg"), place);
    assert.equal(good.get("thumbnail::is-valid"), "TRUE");
    assert.equal(path.basename(path.dirname(good.get("thumbnail::path") ?? "")), size);
    // GLib looks at the records of GNOME's own thumbnailer only.
    fs.symlinkSync(SOFTWARE, path.join(place.cache, "fail/gnome-thumbnail-factory"));
    const bad = gioInfo(path.join(place.pictures, "broken.jpg"), place);
    assert.deepEqual([bad.get("thumbnail::failed"), bad.get("thumbnail::is-valid")], ["TRUE", "TRUE"]);
  }
});

test("a folder named by octets that are not UTF-8 is found", async (t: TestContext) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "a.png", width: 20, height: 20, format: "png" });
  const folder = Buffer.concat([Buffer.from(`${place.pictures}/`), Buffer.from([0xe9])]);
  fs.mkdirSync(folder);
  fs.copyFileSync(path.join(place.pictures, "a.png"), Buffer.concat([folder, Buffer.from("/b.png")]));
  const summary = await makeThumbnails({ roots: [folder], out: place.cache, jobs: 1 });
  assert.equal(summary.made, 1);
});
