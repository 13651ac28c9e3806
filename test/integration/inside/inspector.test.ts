/** A debugger in a worker: of a fork by node:inspector, of a fresh runtime by --inspect as well. */
import assert from "node:assert/strict";
import { once } from "node:events";
import readline from "node:readline";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { WebSocket } from "ws";
import { ForkProcess, Template, type Worker } from "../../../main/index.js";
import { fixture } from "../../support/fixtures.js";
import { forbidLeaks } from "../../support/leaks.js";

const MODULE = fixture("../inside/debugged.cjs");

forbidLeaks();

/** Where the worker says that its inspector listens. */
async function urlOf(worker: Worker): Promise<string> {
  const lines = readline.createInterface({ input: worker.socket });
  const [url] = (await once(lines, "line")) as [string];
  lines.close();
  worker.socket.resume();
  return url;
}

/** The value of an expression in the process behind an inspector. */
async function evaluate(url: string, expression: string): Promise<unknown> {
  const debuggee = new WebSocket(url);
  try {
    await once(debuggee, "open");
    debuggee.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
    const [answer] = (await once(debuggee, "message")) as [Buffer];
    return JSON.parse(answer.toString()).result.result.value;
  } finally {
    const closed = once(debuggee, "close");
    debuggee.close();
    await closed;
  }
}

suite("an inspector", () => {
  for (const strategy of ["fork", "exec"] as const)
    test(`opened by a worker listens at a port of its own, with the strategy ${strategy}`, async () => {
      using template = new Template({ name: "debugged", strategy });
      const start = () => template.fork({ stdio: ["ignore", "ignore", "pipe"] }).run(MODULE, "debugged");
      await using one = await start();
      await using other = await start();
      const said = [one, other].map(({ stderr }) => text(stderr as NonNullable<Worker["stderr"]>));
      const urls = [await urlOf(one), await urlOf(other)];
      assert.notEqual(new URL(urls[0] as string).port, new URL(urls[1] as string).port);
      for (const [index, worker] of [one, other].entries())
        assert.equal(await evaluate(urls[index] as string, "secretOfTheWorker"), worker.pid);
      // A worker with an inspector ends as any other.
      for (const worker of [one, other]) worker.socket.end();
      assert.deepEqual(await one.exited, { code: 0, signal: null });
      assert.ok((await said[0])?.includes(`Debugger listening on ${urls[0]}\n`));
      assert.deepEqual(await other.exited, { code: 0, signal: null });
    });

  test("is a fresh runtime's from the start, by --inspect; standard error says where", async () => {
    const proc = ForkProcess.fresh({ execArgv: ["--inspect=0"], stdio: ["ignore", "ignore", "pipe"] });
    const lines = readline.createInterface({ input: proc.stderr as NonNullable<ForkProcess["stderr"]> });
    const [line] = (await once(lines, "line")) as [string];
    const url = line.replace("Debugger listening on ", "");
    await using worker = await proc.run(MODULE, "debugged");
    assert.equal(await urlOf(worker), url);
    assert.equal(await evaluate(url, "secretOfTheWorker"), worker.pid);
  });

  test("asked for by a template's flags makes each process a fresh runtime, with an inspector of its own", async () => {
    using template = new Template({ name: "flagged", execArgv: ["--inspect=0"] });
    await using one = await template.fork({ stdio: "ignore" }).run(MODULE, "debugged");
    await using other = await template.fork({ stdio: "ignore" }).run(MODULE, "debugged");
    assert.equal(template.strategy, "exec");
    assert.match(template.reason as string, /inspector by --inspect=0/);
    for (const worker of [one, other])
      assert.equal(await evaluate(await urlOf(worker), "secretOfTheWorker"), worker.pid);
  });

  test("is no template's, whatever NODE_OPTIONS says: forks could not share its thread and port", async () => {
    using template = new Template({ env: { ...process.env, NODE_OPTIONS: "--inspect=0" } });
    await using worker = await template
      .fork()
      .eval("function look(socket) { socket.end(String(require('node:inspector').url())); }")
      .run("look");
    assert.equal(await text(worker.socket), "undefined");
  });
});
