/** What the original promises and no other test is about; docs/from-anyevent-fork.md names the rows. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { json, text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { closeDefaultTemplate, ForkProcess, Template } from "../../main/index.js";
import { FORK } from "../support/configurations.js";
import { forbidLeaks } from "../support/leaks.js";
import { exists, processesOf } from "../support/processes.js";
import { seedFixture } from "../support/seed.js";
import { makeFolder } from "../support/single-file.js";
import { until } from "../support/until.js";
import { idle, WORKERS } from "../support/workers.js";

Object.assign(process.env, FORK.env);

const run = promisify(execFile);

/** Fields of proc(5)'s stat after the command: state, parent, process group, session. */
function groupOf(pid: number): { parent: number; group: number; session: number } {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  const [, parent, group, session] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  return { parent, group, session } as { parent: number; group: number; session: number };
}

async function factOf(proc: ForkProcess, expression: string): Promise<unknown> {
  const worker = await proc.eval(`function tell(s, ...args) { s.end(JSON.stringify(${expression})) }`).run("tell");
  const [fact] = await Promise.all([json(worker.socket), worker.exited]);
  return fact;
}

suite("rows of the original", () => {
  forbidLeaks();

  test("L3: a program may prepare and forget: what was told is done, and run, before it ends", async (t) => {
    const folder = makeFolder(t);
    const { stderr } = await run(process.execPath, [fileURLToPath(seedFixture("forgets.mjs")), folder]);
    assert.equal(stderr, "");
    for (const name of ["prepared", "run"]) {
      const file = path.join(folder, name);
      const pid = await until(() => fs.existsSync(file) && fs.readFileSync(file, "utf8"), `the file '${name}'`);
      await until(() => !exists(Number(pid)), "the end of its process");
    }
  });

  test("L1: a process whose object is dropped before run() ends", async () => {
    const { stdout } = await run(process.execPath, ["--expose-gc", fileURLToPath(seedFixture("drops.mjs"))]);
    assert.equal(stdout, "gone\n");
  });

  test("L2, L9: workers live on when their template is closed or dropped", async () => {
    const worker = await ForkProcess.create().run(WORKERS);
    closeDefaultTemplate();
    const template = await Template.start();
    const other = await template.fork().run(WORKERS);
    template.close();
    for (const each of [worker, other]) {
      each.socket.end("alive");
      assert.equal(await text(each.socket), "alive");
      assert.deepEqual(await each.exited, { code: 0, signal: null });
    }
  });

  test("L5: closing the default template ends it; the next use makes another", async () => {
    const titled = () => processesOf(process.pid).find(({ title }) => title.endsWith("template default"))?.pid;
    const forked = await ForkProcess.create().ready();
    const first = titled();
    forked.close();
    closeDefaultTemplate();
    await until(() => first !== undefined && !exists(first), "its end");
    using proc = await ForkProcess.create().ready();
    assert.ok(titled() !== first && proc.pid !== undefined);
  });

  test("N5: a fork of a fork is named for the program too", async () => {
    using proc = ForkProcess.create();
    using fork = proc.fork();
    await using worker = await idle(fork.fork());
    const [entry] = processesOf(process.pid).filter(({ pid }) => pid === worker.pid);
    assert.equal(entry?.title, `${process.pid} desktop-fork idle`);
    assert.equal(fs.readFileSync(`/proc/${worker.pid}/comm`, "utf8").trim(), entry.title.slice(0, 15));
  });

  test("S3: code in a process can ask whose it is", async () => {
    assert.equal(await factOf(ForkProcess.create(), "require('desktop-fork/worker').ownerPid()"), process.pid);
  });

  test("S9: a process has no arguments of its own", async () => {
    assert.equal(await factOf(ForkProcess.create(), "process.argv.length"), 1);
  });

  test("G1: a worker is in the session and group of the program, a detached one in its own", async () => {
    const ours = groupOf(process.pid);
    await using worker = await idle(ForkProcess.create());
    const { group, session } = groupOf(worker.pid);
    assert.deepEqual([group, session], [ours.group, ours.session]);
    await using detached = await idle(ForkProcess.create({ detached: true }));
    const own = groupOf(detached.pid);
    assert.deepEqual([own.group, own.session], [detached.pid, detached.pid]);
  });

  test("F1, F2: the socket and handles of a worker are closed by an exec", async () => {
    const nothing = fs.openSync("/dev/null", "r");
    const proc = ForkProcess.create().sendHandle(0).sendHandle(nothing);
    fs.closeSync(nothing);
    const flags = `["socket", ...args].map((each) => require("node:fs").readFileSync("/proc/self/fdinfo/" + (each === "socket" ? s._handle.fd : each), "utf8"))
      .map((info) => (parseInt(/flags:\\s+(\\d+)/.exec(info)[1], 8) & 0o2000000) !== 0)`;
    assert.deepEqual(await factOf(proc, flags), [true, true, true]);
  });

  test("F3, F10, F11: handles pending at a fork are in it, in order among the arguments, and share their offset", async (t) => {
    const file = path.join(makeFolder(t), "file");
    fs.writeFileSync(file, "firstsecondthird");
    const opened = fs.openSync(file, "r");
    using proc = ForkProcess.create().sendArg("a").sendHandle(opened).sendArg("b").sendHandle(opened, opened);
    const fork = proc.fork().sendArg("c");
    const read = (length: number) => {
      const octets = Buffer.alloc(length);
      fs.readSync(opened, octets);
      return String(octets);
    };
    assert.equal(read(5), "first");
    const take = `args.map((each) => {
      if (typeof each === "string") return each;
      const octets = Buffer.alloc(each === args[1] ? 6 : 5);
      return String(octets.subarray(0, require("node:fs").readSync(each, octets)));
    })`;
    assert.deepEqual(await factOf(fork, take), ["a", "second", "b", "third", "", "c"]);
    assert.equal(fs.readSync(opened, Buffer.alloc(1)), 0);
    fs.closeSync(opened);
  });

  test("F8: a worker has no descriptor of its template's or siblings' channels", async () => {
    using proc = ForkProcess.create();
    await using sibling = await idle(proc.fork());
    const sockets = `require("node:fs").readdirSync("/proc/self/fd").filter((fd) => { try { return require("node:fs").readlinkSync("/proc/self/fd/" + fd).startsWith("socket:") && fd > 2 } catch { return false } }).length`;
    // Its own channel and the function's socket.
    assert.equal(await factOf(proc.fork(), sockets), 2);
    assert.equal(sibling.exitCode, null);
  });

  test("P6: evaluated code can pass its arguments on to a function of a module", async () => {
    const proc = ForkProcess.create().eval(
      `require(${JSON.stringify(fileURLToPath(seedFixture("init.cjs")))}).init(...args)`,
      "a",
      "b",
    );
    assert.deepEqual(await factOf(proc, "initialised"), ["a", "b"]);
  });
});
