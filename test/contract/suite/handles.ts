/** sendHandle(): open sockets, servers and files. */
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import { open } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { ForkProcess, type Worker } from "../../../main/index.js";
import type { Configuration } from "../../support/configurations.js";
import { forbidLeaks } from "../../support/leaks.js";
import { descriptors } from "../../support/processes.js";
import { temporaryFolder } from "../../support/temporary.js";
import { argumentsOf, idle, WORKERS } from "../../support/workers.js";

const MANY = 300;

async function listen(): Promise<{ server: net.Server; connect(): net.Socket }> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  return { server, connect: () => net.connect({ port, host: "127.0.0.1" }) };
}

export function handles({ addon }: Configuration): void {
  suite("handles", () => {
    forbidLeaks();

    if (!addon) {
      test("handles are refused without the addon, and the process object stays as it was", async () => {
        const proc = ForkProcess.create();
        assert.throws(() => proc.sendHandle(0), { code: "ERR_FORK_UNSUPPORTED" });
        assert.deepEqual(await argumentsOf(proc), []);
      });
      return;
    }

    test("handles arrive as what they are, in order among the arguments", async (context) => {
      const file = path.join(temporaryFolder(context), "file");
      fs.writeFileSync(file, "content");
      const handle = await open(file);
      const fd = fs.openSync(file, "r");
      const { server, connect } = await listen();
      const client = connect();
      await once(client, "connect");
      const proc = ForkProcess.create().sendArg("1").sendHandle(handle, client).sendArg("2").sendHandle(server, fd);
      await handle.close();
      fs.closeSync(fd);
      client.destroy();
      server.close();
      const content = { file: "content" };
      // Both descriptors are of the file as it was opened: each has its own place in it.
      await using worker = await proc.run(WORKERS, "tell"); // the server keeps it alive
      const told = JSON.parse(await text(worker.socket));
      assert.deepEqual(told, ["1", content, "a socket", "2", "a server", content]);
    });

    test("a worker writes to a file and a socket that it was given; they stay open here", async (context) => {
      const file = path.join(temporaryFolder(context), "file");
      const fd = fs.openSync(file, "w");
      const { server, connect } = await listen();
      const accepted = once(server, "connection");
      const client = connect();
      const [socket] = (await accepted) as [net.Socket];
      const worker = await ForkProcess.create().sendHandle(fd, socket).run(WORKERS, "writeTo");
      socket.destroy();
      assert.equal(await text(client), "written by a worker");
      await text(worker.socket);
      await worker.exited;
      fs.writeSync(fd, ", and here");
      fs.closeSync(fd);
      assert.equal(fs.readFileSync(file, "utf8"), "written by a worker, and here");
      server.close();
    });

    test("workers serve the clients of a server that they share", async () => {
      const { server, connect } = await listen();
      const proc = ForkProcess.create().sendHandle(server);
      server.close();
      const workers = await Promise.all([proc.fork(), proc.fork()].map((fork) => fork.run(WORKERS, "serve")));
      proc.close();
      for (const { socket } of workers) assert.equal(String(await once(socket, "data")), "serving");
      const said = await Promise.all([text(connect()), text(connect())]);
      assert.deepEqual(
        said.map((one) => Number(/served by (\d+)/.exec(one)?.[1])).sort(),
        workers.map(({ pid }) => pid).sort(),
      );
      for (const worker of workers) assert.deepEqual(await worker.exited, { code: 0, signal: null });
    });

    test("pending ones are in every fork", async () => {
      const fd = fs.openSync("/dev/null", "r");
      using proc = ForkProcess.create().sendHandle(fd);
      const fork = proc.fork().sendHandle(fd);
      fs.closeSync(fd);
      const empty = { file: "" };
      const told = await Promise.all([
        argumentsOf(fork),
        argumentsOf(proc.fork()),
        argumentsOf(proc.fork().sendArg("x")),
      ]);
      assert.deepEqual(told, [[empty, empty], [empty], [empty, "x"]]);
    });

    test(`${MANY} in one call arrive`, async () => {
      const fd = fs.openSync("/dev/null", "r");
      const proc = ForkProcess.create().sendHandle(...Array.from({ length: MANY }, () => fd));
      fs.closeSync(fd);
      assert.equal(((await argumentsOf(proc)) as unknown[]).length, MANY);
    });

    test("what is closed, no descriptor, or of the wrong kind is refused, and nothing of that call is sent", async () => {
      const { server, connect } = await listen();
      const client = connect();
      await once(client, "connect");
      client.destroy();
      const closedFile = await open("/dev/null");
      await closedFile.close();
      const closedServer = net.createServer();
      const never = new net.Socket();
      using proc = ForkProcess.create();
      const send = proc.sendHandle.bind(proc) as (...handles: unknown[]) => unknown;
      const numbers = [1_000_000, 2 ** 31, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY];
      const others = [null, undefined, "0", "/dev/null", {}, [], { fd: 0 }, process.stdout.constructor, Symbol("s")];
      for (const wrong of [client, closedFile, closedServer, never, ...numbers, ...others])
        assert.throws(() => send(server, wrong), { name: "ForkError", code: "ERR_FORK_HANDLE" }, String(wrong));
      server.close();
      assert.deepEqual(await argumentsOf(proc.fork()), []);
    });

    test("handles that a process never took are closed with it", async () => {
      const fds = () => fs.readdirSync("/proc/self/fd").length;
      const before = fds();
      const proc = ForkProcess.create();
      await proc
        .eval("throw new Error('no')")
        .ready()
        .catch(() => {});
      const fd = fs.openSync("/dev/null", "r");
      for (let index = 0; index < 50; index++) proc.sendHandle(fd);
      fs.closeSync(fd);
      await assert.rejects(proc.run("x"), { code: "ERR_FORK_EVAL" });
      assert.ok(fds() <= before + 2, `${fds()} descriptors, ${before} before`);
    });

    test("a worker does not have what was sent to its siblings", async (context) => {
      const file = path.join(temporaryFolder(context), "file");
      const fd = fs.openSync(file, "w");
      using proc = ForkProcess.create();
      await using owner = await idle(proc.fork().sendHandle(fd));
      await using sibling = await idle(proc.fork());
      fs.closeSync(fd);
      const hasFile = ({ pid }: Worker) => [...descriptors(pid).values()].includes(file);
      assert.deepEqual([hasFile(owner), hasFile(sibling)], [true, false]);
    });
  });
}
