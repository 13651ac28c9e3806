/** What fromHandle() takes, and what it refuses. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import { MessageType } from "../../../helper/protocol/message.cjs";
import { requireAddon } from "../../../main/base/addon.js";
import { ForkProcess } from "../../../main/index.js";
import type { Configuration } from "../../support/configurations.js";
import { forbidLeaks } from "../../support/leaks.js";
import { encodeMessage } from "../../support/messages.js";
import { argumentsOf } from "../../support/workers.js";

export function processHandles({ addon }: Configuration): void {
  suite("handles of processes", { skip: !addon && "handles need the addon" }, () => {
    forbidLeaks();

    test("a handle works once", async () => {
      const handle = await ForkProcess.create().toHandle();
      const addon = requireAddon("a test");
      const copy = addon.duplicate((handle as unknown as { _handle: { fd: number } })._handle.fd, 0);
      const adopted = ForkProcess.fromHandle(handle);
      assert.equal(handle.destroyed, true);
      assert.throws(() => ForkProcess.fromHandle(handle), { code: "ERR_FORK_HANDLE" });
      assert.throws(() => ForkProcess.fromHandle(copy), { code: "ERR_FORK_HANDLE", message: /used once/ });
      addon.close(copy);
      assert.deepEqual(await argumentsOf(adopted), []);
    });

    test("a descriptor's number will do as well, and is used up", async () => {
      const addon = requireAddon("a test");
      const handle = await ForkProcess.create().toHandle();
      const fd = addon.duplicate((handle as unknown as { _handle: { fd: number } })._handle.fd, 0);
      handle.destroy();
      const adopted = ForkProcess.fromHandle(fd);
      assert.throws(() => ForkProcess.fromHandle(fd), { code: "ERR_FORK_HANDLE" });
      assert.deepEqual(await argumentsOf(adopted), []);
    });

    test("a stranger's socket is refused, and not a byte of it is lost", async () => {
      const strangers = [
        Buffer.from("x"),
        Buffer.from("GET / HTTP/1.1\r\n\r\n"),
        encodeMessage(MessageType.Hello, 0, ["{}"]),
        encodeMessage(MessageType.Handover, 1, ["{}"]),
      ];
      const addon = requireAddon("a test");
      for (const bytes of strangers) {
        const [ours, theirs] = addon.socketpair();
        addon.sendmsg(ours, [bytes], [0]);
        addon.close(ours);
        assert.throws(() => ForkProcess.fromHandle(theirs), { code: "ERR_FORK_HANDLE" });
        const room = Buffer.alloc(100);
        const [length, fd] = addon.recvmsg(theirs, room) as [number, number];
        assert.deepEqual(room.subarray(0, length), bytes);
        assert.ok(fd > 2);
        addon.close(fd);
        addon.close(theirs);
      }
    });

    test("another version's process is refused as such, and left in its socket", async () => {
      const addon = requireAddon("a test");
      const [ours, theirs] = addon.socketpair();
      const bytes = encodeMessage(MessageType.Handover, 0x4b46_0009, ["{}"]);
      addon.sendmsg(ours, [bytes], []);
      assert.throws(() => ForkProcess.fromHandle(theirs), { code: "ERR_FORK_PROTOCOL", message: /version 9/ });
      assert.equal(addon.recvmsg(theirs, Buffer.alloc(100)), bytes.length);
      addon.close(ours);
      addon.close(theirs);
    });

    test("what is no handle of a process is refused: files, closed, connected, silent, ended, of the wrong kind", async () => {
      const folder = mkdtempSync(path.join(tmpdir(), "desktop-fork-"));
      const file = path.join(folder, "file");
      writeFileSync(file, "content");
      const fd = openSync(file, "r");
      const server = net.createServer((socket) => socket.write("hello")).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as net.AddressInfo;
      const client = net.connect({ port, host: "127.0.0.1" });
      await once(client, "connect");
      const destroyed = new net.Socket();
      destroyed.destroy();
      const [silent, other] = requireAddon("a test").socketpair();
      const wrong = [fd, 1_000_000, -1, 1.5, Number.NaN, client, destroyed, server, silent, null, undefined, "x", {}];
      for (const handle of wrong)
        assert.throws(() => ForkProcess.fromHandle(handle as never), { name: "ForkError", code: "ERR_FORK_HANDLE" });
      closeSync(other);
      assert.throws(() => ForkProcess.fromHandle(silent), { code: "ERR_FORK_HANDLE" });
      assert.equal(String(await once(client, "data")), "hello");
      client.destroy();
      server.close();
      closeSync(silent);
      closeSync(fd);
      rmSync(folder, { recursive: true });
    });
  });
}
