/** What can be sent as a handle, and what only looks so. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { openSync } from "node:fs";
import { open } from "node:fs/promises";
import https from "node:https";
import net from "node:net";
import { describe, it } from "node:test";
import tls from "node:tls";
import { describeHandle, isHandle } from "../../../helper/protocol/handles.cjs";
import { OpenFile } from "../../../helper/protocol/open-file.cjs";
import { describeHandle as describeForProcess, type Handle } from "../../../main/handles/handles.js";
import { Stdio } from "../../../main/handles/stdio.js";
import { forbidLeaks } from "../../support/leaks.js";

forbidLeaks();

describe("a handle", () => {
  it("is a socket, a server, a file or an open file, and both sides describe the same", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    const file = await open("/dev/null");
    const openFile = new OpenFile(openSync("/dev/null", "r"));
    for (const [handle, kind] of [
      [socket, "socket"],
      [server, "server"],
      [file, "descriptor"],
      [openFile, "descriptor"],
    ] as const) {
      assert.ok(isHandle(handle));
      const described = describeHandle(handle);
      assert.equal(described.kind, kind);
      assert.ok(described.fd > 2);
      assert.deepEqual(describeForProcess(handle as Handle), described);
    }
    assert.equal(isHandle({ fd: 1 }), false);
    socket.destroy();
    server.close();
    await file.close();
    openFile.close();
    assert.throws(() => describeHandle(openFile), /the file is closed/);
    assert.throws(() => describeForProcess(file), { code: "ERR_FORK_HANDLE", message: /the file is closed/ });
  });

  it("is no TLSSocket and no TLS server, which are more than their descriptors", async () => {
    const [plain, peer] = await connection();
    const secure = new tls.TLSSocket(plain);
    const servers = [tls.createServer(), https.createServer()];
    for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
    for (const [handle, message] of [
      [secure, /a TLSSocket can't be sent: .*send the net\.Socket/],
      ...servers.map((server) => [server, /a TLS server can't be sent: .*send a net\.Server/] as const),
    ] as const) {
      assert.throws(() => describeHandle(handle), { name: "TypeError", message });
      assert.throws(() => describeForProcess(handle), { code: "ERR_FORK_HANDLE", message });
    }
    assert.throws(() => Stdio.take([secure]), { code: "ERR_FORK_HANDLE" });
    for (const server of servers) server.close();
    secure.destroy();
    plain.destroy();
    peer.destroy();
  });
});

async function connection(): Promise<[net.Socket, net.Socket]> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  const socket = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  const [peer] = (await accepted) as [net.Socket];
  server.close();
  return [socket, peer];
}
