/** What is found below a folder. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { scan } from "desktop-fork-thumbnails/pictures";
import { jsonEvents, makePictures, makePlace, runCli } from "../../support/thumbnails.js";

/** Makes files with these names, and folders on the way. */
function plant(folder: string, ...names: string[]): void {
  for (const name of names) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), "x");
  }
}

async function found(folder: string, { roots = [folder], except = [] as string[] } = {}): Promise<string[]> {
  const names: string[] = [];
  for await (const { path: file } of scan({ roots: roots.map((root) => Buffer.from(root)), except }))
    names.push(path.relative(folder, file.toString()));
  return names.sort();
}

function folderFor(t: TestContext): string {
  return makePlace(t).pictures;
}

test("pictures are found at every depth, and other files are not", async (t) => {
  const folder = folderFor(t);
  plant(folder, "a.jpg", "b.txt", "one/two/three/c.PNG", "README", ".hidden/d.webp");
  assert.deepEqual(await found(folder), [".hidden/d.webp", "README", "a.jpg", "one/two/three/c.PNG"]);
});

test("links to pictures are followed, links to folders are not, and loops end", async (t) => {
  const folder = folderFor(t);
  plant(folder, "real/a.jpg");
  fs.symlinkSync("real/a.jpg", path.join(folder, "link.jpg"));
  fs.symlinkSync("..", path.join(folder, "real/up"));
  fs.symlinkSync("real", path.join(folder, "other"));
  assert.deepEqual(await found(folder), ["link.jpg", "other", "real/a.jpg", "real/up"]);
  assert.deepEqual(await found(folder, { roots: [path.join(folder, "other")] }), ["other/a.jpg", "other/up"]);
});

test("folders that overlap are visited once", async (t) => {
  const folder = folderFor(t);
  plant(folder, "a.jpg", "sub/b.jpg");
  const roots = [folder, path.join(folder, "sub"), folder];
  assert.deepEqual(await found(folder, { roots }), ["a.jpg", "sub/b.jpg"]);
});

test("the cache's own folders and shared repositories are left out", async (t) => {
  const folder = folderFor(t);
  plant(folder, "a.jpg", "cache/normal/b.png", ".sh_thumbnails/normal/c.png");
  assert.deepEqual(await found(folder, { except: [path.join(folder, "cache")] }), ["a.jpg"]);
});

test("a folder that vanishes during the scan costs nothing but itself", async (t) => {
  const folder = folderFor(t);
  plant(folder, "0.jpg", ...Array.from({ length: 20 }, (_, index) => `sub${index}/${index}.jpg`));
  const names: string[] = [];
  for await (const { path: file } of scan({ roots: [Buffer.from(folder)], except: [] })) {
    names.push(path.basename(file.toString()));
    if (names.length === 1)
      for (const name of fs.readdirSync(folder).filter((name) => name.startsWith("sub1")))
        fs.rmSync(path.join(folder, name), { recursive: true });
  }
  for (const name of names) assert.doesNotMatch(name, /^1\d/);
  assert.ok(names.includes("0.jpg") && names.includes("9.jpg"));
});

test("the scan streams: the first pictures come before the tree has been read", async (t) => {
  const folder = folderFor(t);
  plant(folder, "a.jpg", "later/b.jpg");
  const pictures = scan({ roots: [Buffer.from(folder)], except: [] });
  assert.equal(path.basename((await pictures.next()).value?.path.toString() ?? ""), "a.jpg");
  plant(folder, "later/new.jpg");
  const rest: string[] = [];
  for await (const { path: file } of pictures) rest.push(path.basename(file.toString()));
  assert.deepEqual(rest.sort(), ["b.jpg", "new.jpg"]);
});

test("a root that is missing is named before anything is scanned", async (t) => {
  const folder = folderFor(t);
  plant(folder, "a.jpg");
  await assert.rejects(scan({ roots: [folder, `${folder}/no`].map((root) => Buffer.from(root)), except: [] }).next(), {
    code: "ERR_THUMBNAIL_FOLDER",
    message: `the folder '${folder}/no' can't be used: it does not exist`,
  });
});

test("a folder that can't be read is reported, and the others are done", async (t) => {
  const folder = folderFor(t);
  plant(folder, "a.jpg");
  // Paths that are too long can't be opened by anybody, not even by root.
  let deep = folder;
  const segment = "d".repeat(250);
  const before = process.cwd();
  for (let depth = 0; depth < 20; depth++) {
    process.chdir(deep);
    fs.mkdirSync(segment);
    deep = segment;
  }
  process.chdir(before);
  const troubles: string[] = [];
  const names: string[] = [];
  const onTrouble = (_: Buffer, error: NodeJS.ErrnoException) => troubles.push(error.code ?? "");
  for await (const { path: file } of scan({ roots: [Buffer.from(folder)], except: [], onTrouble }))
    names.push(path.basename(file.toString()));
  assert.deepEqual([names, troubles], [["a.jpg"], ["ENAMETOOLONG"]]);
});

test("what is no regular file is left alone, whatever its name says", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "without-extension", width: 9, height: 9, format: "png" });
  execFileSync("mkfifo", [path.join(place.pictures, "pipe.jpg")]);
  fs.mkdirSync(path.join(place.pictures, "folder.jpg"));
  fs.symlinkSync("pipe.jpg", path.join(place.pictures, "link-to-pipe.jpg"));
  fs.symlinkSync("nowhere", path.join(place.pictures, "dangling.jpg"));
  fs.writeFileSync(path.join(place.pictures, "notes"), "no picture");
  const result = await runCli([place.pictures, "--json", "--no-compare"], { place });
  const pictures = jsonEvents(result).filter(({ event }) => event === "picture");
  assert.deepEqual(
    pictures.map(({ path: file, state }) => [path.basename(String(file)), state]),
    [["without-extension", "made"]],
  );
});
