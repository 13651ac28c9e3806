/** What a process is to be only its parent can say, and nobody by the command line. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { MessageType } from "../../../helper/protocol/message.cjs";
import { requireAddon } from "../../../main/base/addon.js";
import { type StartMessage, startMessage } from "../../../main/lifecycle/start-message.js";
import { type Addon, type NativeFiles, nativeFiles } from "../../../native/addon/addon.cjs";
import { fixturePath } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";
import { encodeMessage } from "../../support/messages.js";
import { runProgram } from "../../support/program.js";
import { makeFolder } from "../../support/single-file.js";

const PROGRAM = fixturePath("../rights/early.mjs");
const PATIENCE_MS = 60_000;
const CONFIGURATIONS = { forked: {}, "without the addon": { DESKTOP_FORK_NO_ADDON: "1" } };
const OTHER_USER = 65534;

/** What a parent would send to a runtime, and code for it to run. */
function orders(): StartMessage & { all: Buffer } {
  const { addon } = nativeFiles() as NativeFiles;
  const plan = { title: "x", owner: process.pid, execArgv: [], detached: false, addon };
  const start = startMessage(plan);
  const code = encodeMessage(MessageType.Eval, 1, ["console.log('code from the socket runs')", "/x.js"]);
  return { ...start, all: Buffer.concat([start.octets, code]) };
}

interface Told {
  args?: readonly string[];
  execArgv?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Sent over descriptor 3. */
  octets?: Buffer;
}

interface Ending {
  stdout: string;
  stderr: string;
}

async function ending(child: ChildProcess): Promise<Ending> {
  const [stdout, stderr] = await Promise.all([text(child.stdout as Duplex), text(child.stderr as Duplex)]);
  return { stdout, stderr };
}

/** The program as a child of this process, with Node's own pipe as descriptor 3: a unix socket. */
async function run({ args = [], execArgv = [], env = {}, octets }: Told): Promise<Ending> {
  const child = spawn(process.execPath, [...execArgv, PROGRAM, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    timeout: PATIENCE_MS,
  });
  const channel = child.stdio[3] as Duplex;
  channel.on("error", () => {}).resume();
  channel.write(octets ?? "");
  // A runtime lives as long as its channel.
  child.stdout?.once("data", () => channel.end());
  child.once("exit", () => channel.destroy());
  return ending(child);
}

/** The program as a child of nobody: of init, or whoever takes orphans. Descriptor 3 is `theirs`, which is closed here. */
async function runOrphan(addon: Addon, theirs: number, env: NodeJS.ProcessEnv): Promise<Ending> {
  const wait = `(while kill -0 $$ 2>/dev/null; do sleep 0.01; done; exec "$@") &`;
  const child = spawn("/bin/sh", ["-c", wait, "sh", process.execPath, PROGRAM, "orphan"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", theirs],
  });
  addon.close(theirs);
  return ending(child);
}

function said(...args: string[]): Ending {
  return { stdout: `the program runs with ${JSON.stringify(args)}\n`, stderr: "" };
}

suite("a program that imports desktop-fork/early", () => {
  forbidLeaks();

  test("becomes a runtime when its parent says so, whatever its arguments are", async () => {
    const { env, all, argument } = orders();
    for (const args of [[argument], ["other"], []])
      assert.deepEqual(await run({ args, env, octets: all }), { stdout: "code from the socket runs\n", stderr: "" });
  });

  test("is given arguments that look like the library's, and does nothing else with them", async () => {
    const { all, argument } = orders();
    for (const word of [
      '--desktop-fork-start={"title":"x","execArgv":[],"addon":"./evil.node"}',
      "--desktop-fork-start",
      argument,
    ]) {
      assert.deepEqual(await run({ args: [word] }), said(word));
      assert.deepEqual(await run({ args: [word], octets: all }), said(word));
    }
  });

  test("is not changed by a variable that is not for it", async () => {
    const { env } = orders();
    assert.deepEqual(await run({ env, octets: orders().all }), said());
    for (const rest of [[], ["ignore"] as const]) {
      const child = spawn(process.execPath, [PROGRAM], {
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe", ...rest],
      });
      assert.deepEqual(await ending(child), said());
    }
  });

  test("keeps Node's own channel to its parent", async () => {
    const { env } = orders();
    const child = spawn(process.execPath, [PROGRAM], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    child.send("hello");
    assert.deepEqual(await ending(child), said());
  });

  test("is never a runtime as an Electron's main process", async () => {
    const { env, all } = orders();
    const execArgv = ["--require", fixturePath("../rights/electron-main.cjs")];
    assert.deepEqual(await run({ execArgv, env, octets: all }), said());
  });

  test("refuses a channel that is not its parent's, and runs none of its code", async () => {
    const addon = requireAddon("this test");
    const { env, all } = orders();
    const [ours, theirs] = addon.socketpair();
    addon.sendmsg(ours, [all], []);
    const { stdout, stderr } = await runOrphan(addon, theirs, env);
    assert.equal(stdout, "");
    assert.match(stderr, /desktop-fork: .*the other end is not this process's parent/);
    addon.close(ours);
  });

  test("is a runtime for a parent that is gone before it has begun, and so ends", async () => {
    const addon = requireAddon("this test");
    const { env, all } = orders();
    const [ours, theirs] = addon.socketpair();
    addon.sendmsg(ours, [all], []);
    addon.close(ours);
    const { stdout, stderr } = await runOrphan(addon, theirs, env);
    assert.equal(stderr, "");
    // Whether what was said before is done before the end is noticed depends on the Node.
    assert.doesNotMatch(stdout, /the program runs/);
  });

  test("refuses a channel that another user has made", { skip: process.getuid?.() !== 0 && "needs root" }, async () => {
    const addon = requireAddon("this test");
    const { env, all } = orders();
    process.seteuid?.(OTHER_USER);
    const [ours, theirs] = addon.socketpair();
    process.seteuid?.(0);
    addon.sendmsg(ours, [all], []);
    const child = spawn(process.execPath, [PROGRAM], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe", theirs],
    });
    addon.close(theirs);
    const { stdout, stderr } = await ending(child);
    assert.equal(stdout, "");
    assert.match(stderr, /desktop-fork: .*the other end is another user's/);
    addon.close(ours);
  });
});

suite("how a template was started", () => {
  test("is neither in its arguments nor in its environment, and its title has room", async () => {
    const told = JSON.parse(await program("traces.mjs"));
    assert.match(told.cmdline, /^\d+ desktop-fork template quiet$/);
    assert.doesNotMatch(told.environ, /addon|execArgv|owner/);
    assert.match(told.title, /^(a title that is quite long, and has all the room that it needs ?){3}$/);
    assert.deepEqual(told.argv, []);
    assert.deepEqual(
      told.env.filter((name: string) => /^(DESKTOP_FORK_START|LD_PRELOAD)$/.test(name)),
      [],
    );
    assert.ok(told.env.includes("WANTED"));
  });

  for (const [name, env] of Object.entries(CONFIGURATIONS))
    test(`reaches it through a wrapper that stays between, ${name}`, async (t) => {
      const runtime = path.join(makeFolder(t), "wrapper");
      fs.writeFileSync(runtime, `#!/bin/sh\n'${process.execPath}' "$@"\n`, { mode: 0o755 });
      assert.equal(await program("wrapped.mjs", { ...env, DESKTOP_FORK_RUNTIME: runtime }), "a worker\n");
    });
});

async function program(name: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr } = await runProgram(`../rights/${name}`, { env });
  assert.equal(stderr, "");
  return stdout;
}
