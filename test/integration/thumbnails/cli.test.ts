/** The command line: exit codes, output, signals, and what is left behind. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { SOFTWARE, VERSION } from "desktop-fork-thumbnails/cache";
import {
  CLI,
  type CliResult,
  filesBelow,
  jsonEvents,
  makePictures,
  makePlace,
  type Place,
  ROOT,
  runCli,
} from "../../support/thumbnails.js";
import { until } from "../../support/until.js";

const QUIET = ["--no-compare"];

function summaryOf(result: CliResult): Record<string, unknown> {
  return jsonEvents(result).at(-1) ?? assert.fail(result.stderr);
}

/** A picture that keeps a worker busy for much longer than a test. */
function plantSlowPicture({ pictures }: Place): void {
  const blur = '<filter id="f"><feGaussianBlur stdDeviation="90"/><feMorphology radius="90"/></filter>';
  const shapes = '<g filter="url(#f)"><circle cx="900" cy="900" r="900"/></g>'.repeat(5000);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1800" height="1800">${blur}${shapes}</svg>`;
  fs.writeFileSync(path.join(pictures, "slow.svg"), svg);
}

/** Processes of this program and below it, by the parent's pid in the title that each of them has. */
function processesOf(pid: number): string[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return fs.readFileSync(`/proc/${name}/cmdline`, "utf8");
      } catch {
        return "";
      }
    })
    .filter((line) => line.startsWith(`${pid} desktop-fork`));
}

async function untilGone(pid: number): Promise<void> {
  await until(() => processesOf(pid).length === 0, "the end of every process of the program");
}

/** Resolves when the program has printed this. */
async function printed(child: ChildProcess, text: string): Promise<void> {
  let seen = "";
  while (!seen.includes(text)) {
    const [piece] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [string];
    seen += piece;
  }
}

test("a run prints a line for each picture and a summary, without colours, and exits with 0", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "*.jpg", width: 300, height: 200, format: "jpeg", count: 3 });
  fs.writeFileSync(path.join(place.pictures, "broken\u{1b}[31m.jpg"), "");
  const { code, stdout, stderr } = await runCli([place.pictures], { place });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /\p{Cc}(?<!\n)/u);
  assert.match(stdout, /^made {4}.*\/0\.jpg$/m);
  assert.match(stdout, /^failed {2}.*broken\\u\{1b\}\[31m\.jpg: the file is empty$/m);
  assert.match(stdout, /^4 pictures: 3 made, 0 up to date, 1 failed$/m);
  assert.match(stdout, /pictures per second, \d workers?$/m);
  if (process.platform === "linux") {
    assert.match(stdout, /^memory {2}[\d.]+ MB of its own for each worker at its start/m);
    assert.match(stdout, /^ +[\d.]+ MB for a child process at its start: \d+ times as much/m);
  }
});

test("--json gives a line for each picture and one for the summary", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "*.jpg", width: 300, height: 200, format: "jpeg", count: 2 });
  fs.writeFileSync(path.join(place.pictures, "broken.gif"), "");
  const result = await runCli([place.pictures, "--json", "--jobs", "1", ...QUIET], { place });
  const events = jsonEvents(result);
  assert.deepEqual(events.map(({ event, state }) => [event, state]).sort(), [
    ["picture", "failed"],
    ["picture", "made"],
    ["picture", "made"],
    ["summary", undefined],
  ]);
  const failed = events.find(({ state }) => state === "failed");
  const broken = path.join(place.pictures, "broken.gif");
  assert.deepEqual(failed, {
    ...{ event: "picture", path: broken, uri: `file://${broken}`, state: "failed" },
    reason: "the file is empty",
  });
  const { pictures, made, failed: failures, upToDate, workers } = summaryOf(result);
  assert.deepEqual([pictures, made, failures, upToDate, workers], [3, 2, 1, 0, 1]);
});

test("--out, --size and --force do what they say", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "a.jpg", width: 900, height: 900, format: "jpeg" });
  const out = path.join(place.pictures, "thumbs");
  const args = [place.pictures, "--json", "--out", out, "--size", "normal,x-large", "-s", "normal", ...QUIET];
  assert.equal(summaryOf(await runCli(args, { place }))["made"], 1);
  assert.deepEqual(
    filesBelow(out).map((file) => path.dirname(file)),
    ["normal", "x-large"],
  );
  assert.equal(fs.existsSync(place.cache), false);
  assert.deepEqual([summaryOf(await runCli(args, { place }))["upToDate"]], [1]);
  assert.deepEqual([summaryOf(await runCli([...args, "--force"], { place }))["made"]], [1]);
});

test("bad usage exits with 2 and says what is possible; help and version exit with 0", async (t) => {
  const place = makePlace(t);
  for (const args of [["--size", "huge"], ["--jobs", "0"], ["--jobs", "1.5"], ["--timeout", "-1"], ["--nope"]]) {
    const { code, stderr } = await runCli(args, { place });
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /^error: /);
  }
  const help = await runCli(["--help"], { place });
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Exit codes: 0 done/);
  const version = spawnSync(process.execPath, [CLI, "--version"], { encoding: "utf8" });
  assert.deepEqual([version.status, version.stdout], [0, `${VERSION}\n`]);
});

test("a folder that does not exist is named", async (t) => {
  const place = makePlace(t);
  const { code, stdout, stderr } = await runCli([place.pictures, "/no/such folder"], { place });
  assert.deepEqual([code, stdout], [1, ""]);
  assert.equal(
    stderr,
    "error ERR_THUMBNAIL_FOLDER: the folder '/no/such folder' can't be used: it does not exist (name a folder or a picture that you may read)\n",
  );
});

test("a cache that can't be written is one clear error, and no worker is started for it", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "a.jpg", width: 9, height: 9, format: "jpeg" });
  fs.writeFileSync(place.home, "a file where the folder should be");
  const { code, stdout, stderr } = await runCli([place.pictures], { place });
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(
    stderr,
    /^error ERR_THUMBNAIL_CACHE: the thumbnail cache '.*' can't be written: ENOTDIR.*\(make it writable, .*\)\n$/,
  );
});

test("a cache that becomes unwritable ends the run with the same error", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "*.jpg", width: 300, height: 200, format: "jpeg", count: 150 });
  const result = await runCli([place.pictures, "--jobs", "1"], {
    place,
    during: async (child) => {
      await printed(child, "made");
      // At one stroke: a worker may be writing there.
      fs.renameSync(place.cache, path.join(place.home, "gone"));
    },
  });
  assert.equal(result.code, 1);
  assert.match(result.stderr, /error ERR_THUMBNAIL_CACHE/);
});

test("a folder whose name is not UTF-8 can be given on the command line", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "a.png", width: 20, height: 20, format: "png" });
  const script = `cd '${place.pictures}' && mkdir caf\xe9 && mv a.png caf\xe9 && exec "$NODE" "$CLI" --json caf\xe9`;
  const { status, stdout } = spawnSync("sh", ["-s"], {
    input: Buffer.from(script, "latin1"),
    env: { ...process.env, NODE: process.execPath, CLI, XDG_CACHE_HOME: place.home },
  });
  assert.equal(status, 0);
  assert.match(stdout.toString(), /caf%E9\/a\.png","state":"made"/);
});

test("without a folder it works on samples of its own, and finds them up to date the next time", async (t) => {
  const place = makePlace(t);
  const first = summaryOf(await runCli(["--json", ...QUIET], { place }));
  assert.deepEqual([first["made"], first["failed"]], [12, 0]);
  assert.deepEqual(fs.readdirSync(path.join(place.home, "desktop-fork")), ["samples"]);
  assert.equal(summaryOf(await runCli(["--json", ...QUIET], { place }))["upToDate"], 12);
});

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} ends everything at once with ${code}, and leaves nothing half done`, async (t) => {
    const place = makePlace(t);
    plantSlowPicture(place);
    makePictures(place.pictures, { name: "*.jpg", width: 300, height: 200, format: "jpeg", count: 5 });
    let pid = 0;
    const result = await runCli([place.pictures, "--jobs", "2"], {
      place,
      during: async (child) => {
        pid = child.pid as number;
        await printed(child, "made");
        assert.ok(processesOf(pid).length >= 2);
        child.kill(signal);
      },
    });
    assert.deepEqual([result.code, result.signal], [code, null]);
    assert.match(result.stderr, /interrupted after \d of \d pictures\n$/);
    await untilGone(pid);
    for (const file of filesBelow(place.cache)) assert.match(file, /^large\/[0-9a-f]{32}\.png$/);
  });
}

test("Ctrl-C reaches every process of the terminal, and twice by way of npm: it is one key press", async (t) => {
  const place = makePlace(t);
  plantSlowPicture(place);
  makePictures(place.pictures, { name: "a.jpg", width: 300, height: 200, format: "jpeg" });
  let pid = 0;
  const result = await runCli([place.pictures, "--jobs", "2"], {
    place,
    detached: true,
    during: async (child) => {
      pid = child.pid as number;
      await printed(child, "made");
      process.kill(-pid, "SIGINT");
      process.kill(pid, "SIGINT");
    },
  });
  assert.deepEqual([result.code, result.signal], [130, null]);
  assert.match(result.stderr, /^interrupted after 1 of \d pictures\n$/);
  await untilGone(pid);
  assert.deepEqual(filesBelow(place.cache).length, 1);
});

test("a second Ctrl-C ends the program whatever the program is doing", async () => {
  const child = spawn(process.execPath, [path.join(ROOT, "test/fixtures/thumbnails/stubborn.mjs")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await printed(child, "ready");
  child.kill("SIGINT");
  await printed(child, "aborted");
  // The second one counts from 200 ms on; each one before that is taken for an echo.
  const presses = setInterval(() => child.kill("SIGINT"), 50);
  assert.deepEqual(await exited, [130, null]);
  clearInterval(presses);
});

test("when nobody reads the output any more, the run ends without a word", async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "*.jpg", width: 300, height: 200, format: "jpeg", count: 60 });
  const result = await runCli([place.pictures, "--jobs", "1"], {
    place,
    during: async (child) => {
      await printed(child, "made");
      child.stdout?.destroy();
    },
  });
  assert.equal(result.code, 141);
  for (const file of filesBelow(place.cache)) assert.match(file, /^large\/[0-9a-f]{32}\.png$/);
});

test("an output that is full is one clear error, also of --help", { skip: !fs.existsSync("/dev/full") }, async (t) => {
  const place = makePlace(t);
  makePictures(place.pictures, { name: "*.jpg", width: 30, height: 20, format: "jpeg", count: 3 });
  for (const args of [[place.pictures], ["--json", place.pictures], ["--help"], ["--version"]]) {
    const full = fs.openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], {
      encoding: "utf8",
      stdio: ["ignore", full, "pipe"],
      env: { ...process.env, XDG_CACHE_HOME: place.home },
    });
    fs.closeSync(full);
    assert.equal(status, 1, `${args}`);
    assert.match(
      stderr,
      /^error ENOSPC: standard output can't be written: .*\n(interrupted after \d of \d pictures\n)?$/,
      `${args}`,
    );
  }
  for (const file of filesBelow(place.cache)) assert.match(file, /^large\/[0-9a-f]{32}\.png$/);
});

test("--help that nobody reads ends without a word", () => {
  const script = '{ "$NODE" "$CLI" --help; echo $? >&2; } | :';
  const { stderr } = spawnSync("sh", ["-c", script], {
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath, CLI },
  });
  assert.match(stderr, /^(141|0)\n$/); // 0: all of it was written before the reader was gone
});

test("the thumbnailer says in one line how to install sharp when it is missing", async (t) => {
  const place = makePlace(t);
  fs.writeFileSync(path.join(place.pictures, "a.jpg"), "x");
  const modules = path.join(path.dirname(place.pictures), "node_modules");
  for (const part of ["package.json", "dist/main", "dist/helper", "dist/native", "native/build/Release"])
    fs.cpSync(path.join(ROOT, part), path.join(modules, "desktop-fork", part), {
      recursive: true,
      filter: (file) => !/obj\.target|\.deps/.test(file),
    });
  const thumbnailer = path.join(modules, "desktop-fork-thumbnails");
  for (const part of ["package.json", "bin", "dist"])
    fs.cpSync(path.join(ROOT, "renderer-demo/thumbnails", part), path.join(thumbnailer, part), { recursive: true });
  for (const name of ["commander", "cli-progress", "picocolors"])
    fs.symlinkSync(fs.realpathSync(path.join(ROOT, "node_modules", name)), path.join(modules, name));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(thumbnailer, "bin/desktop-fork-thumbnails.js"), place.pictures],
    { encoding: "utf8", env: { ...process.env, XDG_CACHE_HOME: place.home } },
  );
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /error ERR_THUMBNAIL_PACKAGE: .* run: npm install sharp\n$/);
  assert.deepEqual(fs.readdirSync(path.join(place.cache, "fail", SOFTWARE)), []);
});
