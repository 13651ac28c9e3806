/** How an app's processes end with it. The app's `app` is a stand-in (test/fixtures/electron/stand-in-app.mjs). */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import test, { describe } from "node:test";
import { fileURLToPath } from "node:url";
import { PATIENCE_MS } from "../../support/patience.js";
import { exists } from "../../support/processes.js";
import { until } from "../../support/until.js";

const APP = fileURLToPath(new URL("../../../../test/fixtures/electron/app.mjs", import.meta.url));

interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What app and workers said. */
  lines: string[];
  workers: number[];
  /** From the first will-quit to the quit, by the app's own clock. */
  heldUpMs: number;
}

async function runApp(plan: object): Promise<Run> {
  const child = spawn(process.execPath, [APP, JSON.stringify(plan)], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (data) => {
    output += data;
  });
  // A detached worker keeps the pipe open.
  const [code, signal] = await once(child, "detached" in plan ? "exit" : "close");
  const lines = output.trim().split("\n");
  const clock = lines.findIndex((line) => line.startsWith("clock: "));
  const heldUpMs = clock < 0 ? 0 : Number(lines.splice(clock, 1)[0]?.slice("clock: ".length));
  const { workers, pids } = JSON.parse(lines.shift() as string) as { workers: number[]; pids: number[] };
  assert.equal(new Set([...workers, ...pids]).size, pids.length, "metrics() knows every worker");
  if (!("detached" in plan)) await until(() => !pids.some(exists), `the end of ${pids.join(", ")}`);
  return { code, signal, lines, workers, heldUpMs };
}

const CALM = ["app: before-quit", "app: will-quit", "app: quit"];
/** The quit is held up once, and repeated when the workers have ended. */
const HELD = ["app: before-quit", "app: will-quit", ...CALM];

for (const strategy of ["fork", "exec"] as const) {
  describe(`the end of an app, strategy ${strategy}`, () => {
    test("without workers nothing holds up an app's end", async () => {
      const { code, lines } = await runApp({ strategy });
      assert.deepEqual([code, lines], [0, CALM]);
    });

    test("a quit ends workers with SIGTERM, and waits for them", async () => {
      const { code, lines } = await runApp({ strategy, functions: ["endInOrder", "waitForever"] });
      const saved = lines.indexOf("worker: saved");
      assert.ok(saved >= 0 && saved < lines.indexOf("app: quit"), lines.join());
      assert.deepEqual([code, lines.toSpliced(saved, 1)], [0, HELD]);
    });

    test("a quit kills, after the time that they have, workers that do not end", async () => {
      const { code, lines, heldUpMs } = await runApp({
        strategy,
        functions: ["ignoreRequests", "loop"],
        quitTimeoutMs: 300,
      });
      assert.deepEqual([code, lines.filter((line) => line !== "worker: not now")], [0, HELD]);
      assert.ok(heldUpMs >= 299, `${heldUpMs} ms`); // timers count whole milliseconds
    });
  });
}

describe("the end of an app", () => {
  test("with quitTimeoutMs 0 a quit waits for no worker", async () => {
    const { code, lines } = await runApp({ functions: ["endInOrder"], quitTimeoutMs: 0 });
    assert.deepEqual([code, lines], [0, CALM]);
  });

  test("app.exit() kills the workers, and keeps its code", async () => {
    const { code, lines } = await runApp({ functions: ["ignoreRequests", "loop"], end: "exit" });
    assert.deepEqual([code, lines], [7, ["app: quit"]]);
  });

  test("a crash of the main process ends workers, busy ones too", async () => {
    const { signal } = await runApp({ functions: ["waitForever", "ignoreRequests", "loop"], end: "crash" });
    assert.equal(signal, "SIGSEGV");
  });

  test("a second quit while workers end changes nothing", async () => {
    const { code, lines } = await runApp({ functions: ["ignoreRequests"], end: "quit twice", quitTimeoutMs: 300 });
    assert.equal(code, 0);
    assert.equal(lines.filter((line) => line === "app: quit").length, 1);
  });

  test("a window's veto ends no worker", async () => {
    const { lines } = await runApp({ functions: ["endInOrder"], end: "quit after a veto" });
    assert.deepEqual(lines.slice(0, 2), ["app: before-quit", "app: before-quit"], "the veto came before will-quit");
    assert.ok(lines.includes("worker: saved"));
  });

  test("another's last thing to do at will-quit still has workers", async () => {
    const { code, lines } = await runApp({ functions: ["endInOrder"], end: "quit with a last thing to do" });
    assert.equal(code, 0);
    assert.ok(lines.includes("app: the last worker ended with 0"), lines.join());
    assert.ok(lines.indexOf("worker: saved") > lines.indexOf("app: the last worker ended with 0"), lines.join());
  });

  test("no process is started while an app quits", async () => {
    const { lines } = await runApp({ functions: ["endInOrder"], end: "start while quitting" });
    assert.ok(lines.includes("app: ERR_FORK_CLOSED"), lines.join());
  });

  test("close() ends workers as a quit does, without a quit", async () => {
    const { code, lines } = await runApp({ functions: ["endInOrder"], end: "close" });
    assert.deepEqual([code, lines], [0, ["worker: saved", "app: closed", ...CALM]]);
  });

  test("a detached worker outlives the app", async () => {
    const { workers } = await runApp({ functions: ["waitForever"], detached: true });
    const [worker] = workers as [number];
    try {
      assert.ok(exists(worker));
    } finally {
      process.kill(worker, "SIGKILL");
    }
  });
});
