/** Sockets, servers and files as arguments and results. */
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import { open } from "node:fs/promises";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { OpenFile, type Rpc } from "../../../../main/rpc/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { rpcFixturePath, serve } from "../../../support/rpc.js";
import { until } from "../../../support/until.js";

const FILE = rpcFixturePath("garbage.mjs");
const CONTENT = fs.readFileSync(FILE, "utf8");
const MAX_HANDLES = 120;

/** Waits until the worker has so many open: a FileHandle takes its time to close. */
async function descriptorsAre(rpc: Rpc, expected: unknown): Promise<void> {
  await until(async () => (await rpc.run("openDescriptors")) === expected, `${expected} open descriptors`);
}

export function handles({ addon }: Configuration): void {
  suite("handles", { skip: addon }, () => {
    test("without the addon handles are refused, on either side, and cost their call alone", async () => {
      await using rpc = serve();
      using file = new OpenFile(fs.openSync(FILE, "r"));
      await rpc.ready();
      await assert.rejects(rpc.run("readOpenFile", [file]), { code: "ERR_FORK_HANDLE", message: /native addon/ });
      await assert.rejects(rpc.run("openFile", [FILE]), { code: "ERR_FORK_HANDLE" });
      assert.equal(await rpc.run("add", [1, 2]), 3);
    });
  });

  suite("handles", { skip: !addon }, () => {
    forbidLeaks();

    test("a file is an argument, as OpenFile or FileHandle, and stays the caller's", async () => {
      await using rpc = serve();
      using file = new OpenFile(fs.openSync(FILE, "r"));
      assert.equal(await rpc.run("readOpenFile", [file]), CONTENT);
      assert.ok(fs.fstatSync(file.fd).isFile());
      const handle = await open(FILE);
      assert.equal(await rpc.run("readOpenFile", [handle]), CONTENT);
      await handle.close();
    });

    test("a file is a result, which the worker keeps no copy of", async () => {
      await using rpc = serve();
      const before = await rpc.run("openDescriptors");
      for (const name of ["openFile", "openFileHandle"]) {
        using file = (await rpc.run(name, [FILE])) as OpenFile;
        assert.ok(file instanceof OpenFile);
        assert.equal(fs.readFileSync(file.fd, "utf8"), CONTENT);
      }
      await descriptorsAre(rpc, before);
    });

    test("handles are elements of an array that is a result, among other values", async () => {
      await using rpc = serve();
      const [count, one, other, end] = (await rpc.run("openFiles", [FILE, FILE])) as [
        number,
        OpenFile,
        OpenFile,
        string,
      ];
      assert.deepEqual([count, end], [2, "end"]);
      for (const file of [one, other]) {
        assert.equal(fs.readFileSync(file.fd, "utf8"), CONTENT);
        file.close();
      }
    });

    test("a connected socket is an argument: the worker goes on with the conversation", async () => {
      await using rpc = serve();
      const server = net.createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const client = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
      client.write("whisper");
      const [socket] = (await once(server, "connection")) as [Socket];
      const shouting = rpc.run("shout", [socket]);
      socket.destroy();
      assert.equal(await text(client), "WHISPER");
      await shouting;
      server.close();
    });

    test("a listening server is an argument: the worker accepts its connections", async () => {
      await using rpc = serve();
      const server = net.createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const serving = rpc.run("serveOne", [server]);
      await rpc.run("add", [1, 2]);
      server.close();
      const client = net.connect(port, "127.0.0.1");
      assert.equal(await text(client), `served by ${rpc.pid}`);
      client.destroy();
      await serving;
    });

    test("a socket and a server are results", async () => {
      await using rpc = serve();
      const server = (await rpc.run("listenSomewhere")) as Server;
      if (!server.listening) await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const connection = once(server, "connection");
      const socket = (await rpc.run("dial", [port])) as Socket;
      const [peer] = (await connection) as [Socket];
      socket.end("across");
      assert.equal(await text(peer), "across");
      peer.destroy();
      socket.destroy();
      server.close();
    });

    test("handles that can't be sent reject their call alone: closed ones, nested ones, too many", async () => {
      await using rpc = serve();
      const closed = new OpenFile(fs.openSync(FILE, "r"));
      closed.close();
      closed.close();
      await assert.rejects(rpc.run("readOpenFile", [closed]), {
        code: "ERR_FORK_HANDLE",
        message: /the file is closed/,
      });
      await assert.rejects(rpc.run("shout", [new net.Socket()]), {
        code: "ERR_FORK_HANDLE",
        message: /socket is closed, not open/,
      });
      await assert.rejects(rpc.run("closedFile", [FILE]), { code: "ERR_FORK_HANDLE" });
      await assert.rejects(rpc.run("nestedFile", [FILE]), { code: "ERR_FORK_SERIALIZE" });
      using file = new OpenFile(fs.openSync(FILE, "r"));
      await assert.rejects(rpc.run("echo", [{ file }]), { code: "ERR_FORK_SERIALIZE" });
      await assert.rejects(rpc.run("echo", Array(MAX_HANDLES + 1).fill(file)), { code: "ERR_FORK_TOO_LARGE" });
      await assert.rejects(rpc.run("echo", [file, () => {}]), { code: "ERR_FORK_SERIALIZE" });
      assert.equal(await rpc.run("add", [1, 2]), 3);
    });

    test("as many handles as fit into a message, again and again", async () => {
      await using rpc = serve();
      using file = new OpenFile(fs.openSync(FILE, "r"));
      for (let i = 0; i < 5; i++) {
        const echoes = await Promise.all(
          Array.from({ length: 3 }, () => rpc.run("echo", Array(MAX_HANDLES).fill(file)) as Promise<OpenFile[]>),
        );
        for (const files of echoes) {
          assert.equal(files.length, MAX_HANDLES);
          for (const echo of files) echo.close();
        }
      }
    });

    test("handles for a function that is missing, or of a call that is abandoned, are closed", async () => {
      await using rpc = serve();
      using file = new OpenFile(fs.openSync(FILE, "r"));
      const before = await rpc.run("openDescriptors");
      await assert.rejects(rpc.run("missing", [file]), { code: "ERR_FORK_FUNCTION" });
      const controller = new AbortController();
      const call = rpc.run("openFileLater", [FILE, 50], { signal: controller.signal });
      controller.abort();
      await assert.rejects(call, { name: "AbortError" });
      await rpc.run("sleep", [100]);
      await descriptorsAre(rpc, before);
    });

    test("OpenFile refuses what is no descriptor", () => {
      for (const fd of [-1, 1.5, "3", undefined]) assert.throws(() => new OpenFile(fd as number), RangeError);
    });
  });
}
