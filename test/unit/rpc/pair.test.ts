/** Both ends of rpc within one process, over a pair of links in memory: no process is needed to tell what rpc does. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Listeners } from "../../../helper/rpc/listeners.cjs";
import { RpcServer } from "../../../helper/rpc/server.cjs";
import { ForkError } from "../../../main/base/errors.js";
import { callsOf } from "../../../main/rpc/api.js";
import { startCall } from "../../../main/rpc/call-options.js";
import { type ClientEvents, RpcClient } from "../../../main/rpc/client.js";
import { linkPair } from "../../support/memory-link.js";
import { collect } from "../../support/rpc.js";
import { until } from "../../support/until.js";

// biome-ignore lint/suspicious/noExplicitAny: whatever a test wants to call
type Functions = Record<string, (...args: any[]) => unknown>;

const OPTIONS = { maxFrameBytes: 1024 * 1024, serializer: undefined };

function connect(functions: Functions, events: ClientEvents = {}) {
  const [near, far] = linkPair();
  const listeners = new Listeners();
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const server = new RpcServer({
    ...OPTIONS,
    listeners,
    find: (name) => {
      const found = functions[name];
      if (found === undefined) throw new TypeError(`no '${name}'`);
      return found;
    },
    finished: finish,
    lost: () => {},
  });
  const client = new RpcClient(OPTIONS, events);
  const call = (name: string, ...args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => startCall(client, { name, args, call: { resolve, reject } }));
  client.attach(near);
  server.serve(far);
  return { client, server, call, finished, listeners, near, far };
}

const closed = () => new ForkError("ERR_FORK_CLOSED", "closed");

suite("rpc over a pair in memory", () => {
  test("calls, results and errors", async () => {
    const { call, client } = connect({
      add: (a, b) => a + b,
      later: async (value) => value,
      fail: () => {
        throw new RangeError("no");
      },
    });
    assert.deepEqual(await Promise.all([call("add", 1, 2), call("later", { deep: [1n] })]), [3, { deep: [1n] }]);
    await assert.rejects(call("fail"), { name: "RangeError", message: "no" });
    await assert.rejects(call("missing"), { code: "ERR_FORK_FUNCTION", message: /no 'missing'/ });
    assert.equal(client.size, 0);
  });

  test("of an error's own fields those arrive that can be sent", async () => {
    const { call } = connect({
      fail: () => {
        throw Object.assign(new Error("no"), { status: 503, page: new URL("http://localhost/"), list: [() => {}] });
      },
    });
    const error = (await call("fail").catch((error) => error)) as Record<string, unknown>;
    assert.deepEqual([error["message"], error["status"], "page" in error, "list" in error], ["no", 503, false, false]);
  });

  test("a method of the api object makes the call of its name", async () => {
    const calls: unknown[] = [];
    const api = callsOf(async (name, args) => calls.push([name, args])) as Record<
      string,
      (...args: unknown[]) => unknown
    >;
    await api["resize"]?.("a.jpg", 128);
    assert.deepEqual(calls, [["resize", ["a.jpg", 128]]]);
    assert.equal(api["resize"], api["resize"]);
  });

  test("a stream is produced no faster than it is read", async () => {
    let produced = 0;
    const { call } = connect({
      async *numbers() {
        for (;;) yield produced++;
      },
    });
    const stream = (await call("numbers")) as AsyncIterableIterator<number>;
    for (let read = 1; read <= 300; read++) {
      await stream.next();
      assert.ok(produced <= read + 65, `${produced} produced, ${read} read`);
    }
    await stream.return?.();
  });

  test("what a caller no longer waits for is told once the worker is done with it", async () => {
    const order: string[] = [];
    let release: () => void = () => {};
    const { client, call } = connect({
      hold: () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
      add: (a, b) => a + b,
    });
    const controller = new AbortController();
    startCall(client, {
      name: "hold",
      args: [],
      signal: controller.signal,
      call: {
        resolve: () => order.push("resolved"),
        reject: ({ name }: Error) => order.push(name),
        finished: () => order.push("finished"),
        settled: () => order.push("settled"),
      },
    } as never);
    await call("add", 1, 2);
    controller.abort();
    assert.deepEqual(order, ["AbortError", "finished"]);
    release();
    await call("add", 1, 2);
    assert.deepEqual(order, ["AbortError", "finished", "settled"]);
  });

  test("finish() lets everything be answered, then the worker is told to end", async () => {
    const { client, call, finished } = connect({
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms, ms)),
    });
    const pending = [call("sleep", 20), call("sleep", 10)];
    client.finish(closed());
    assert.throws(() => client.call("sleep", [], { resolve() {}, reject() {} }), { code: "ERR_FORK_CLOSED" });
    assert.deepEqual(await Promise.all(pending), [20, 10]);
    await finished;
  });

  test("the end of the link is told once, and fail() settles all that is open", async () => {
    let ends = 0;
    const { client, call, far } = connect(
      {
        never: () => new Promise(() => {}),
        async *forever() {
          for (;;) yield await new Promise((resolve) => setTimeout(resolve, 1, 1));
        },
      },
      { ended: () => ends++ },
    );
    const stream = (await call("forever")) as AsyncIterable<number>;
    const reading = collect(stream);
    const pending = call("never");
    far.close();
    await until(() => ends > 0, "the news of the link's end");
    client.fail(new ForkError("ERR_FORK_DIED", "gone"));
    client.fail(new ForkError("ERR_FORK_CLOSED", "again"));
    for (const promise of [pending, reading, call("never")]) await assert.rejects(promise, { code: "ERR_FORK_DIED" });
    assert.equal(client.size, 0);
    assert.equal(ends, 1);
  });

  test("pings are answered when the worker's event loop comes round", async () => {
    const { client } = connect({});
    await new Promise<void>((resolve) => client.ping(resolve));
  });

  test("handles can't travel over it, and say so", async () => {
    const { OpenFile } = await import("../../../helper/protocol/open-file.cjs");
    const { call } = connect({ echo: (value) => value });
    await assert.rejects(call("echo", new OpenFile(0)), { code: "ERR_FORK_HANDLE" });
    assert.equal(await call("echo", 1), 1);
  });
});
