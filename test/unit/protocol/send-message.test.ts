/** The addon writes messages of its own accord: they have to be those of JavaScript, to the byte. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { type Message, MessageType, type Outgoing } from "../../../helper/protocol/message.cjs";
import { SocketChannel } from "../../../helper/protocol/socket-channel.cjs";
import type { Value } from "../../../helper/protocol/values.cjs";
import { type Addon, Gathered, loadAddon } from "../../../native/addon/addon.cjs";
import { forbidLeaks } from "../../support/leaks.js";
import { decodeMessages, encodeMessage } from "../../support/messages.js";

const loaded = loadAddon();
const skip = loaded instanceof Error ? loaded.message.split("\n")[0] : false;
const addon = loaded as Addon;

/** More than any message here has. */
const space = Buffer.allocUnsafe(64 * 1024);

/** Descriptors that came are closed. */
function received(fd: number): { bytes: Buffer; descriptors: number } {
  const result = addon.recvmsg(fd, space);
  const [length, ...fds] = typeof result === "number" ? [result] : result;
  for (const each of fds) addon.close(each);
  return { bytes: Buffer.from(space.subarray(0, Math.max(length, 0))), descriptors: fds.length };
}

forbidLeaks();

describe("messages that the addon writes", { skip }, () => {
  const [ours, theirs] = skip === false ? addon.socketpair() : [-1, -1];
  after(() => {
    for (const fd of [ours, theirs]) if (fd >= 0) addon.close(fd);
  });

  const CASES: Record<string, Value[]> = {
    "no values": [],
    "strings and octets": ["x = args[0]", "", new Uint8Array(), new Uint8Array([0, 255])],
    "characters of every length": ["aé€😀"],
    "halves of characters": ["\ud800", "a\udc00b"],
    "a view of a larger buffer": [Buffer.from("abcdef").subarray(2, 4)],
    "octets that just fit": [new Uint8Array(16 * 1024 - 12 - 5).fill(7)],
  };
  for (const [name, values] of Object.entries(CASES))
    it(`the octets of sendMessage() are those that a channel writes itself: ${name}`, () => {
      assert.equal(addon.sendMessage(ours, MessageType.Arguments, 0xfedcba98, values, []), 0);
      const expected = encodeMessage(MessageType.Arguments, 0xfedcba98, values);
      assert.deepEqual(received(theirs).bytes, expected);
    });

  it("messages that are too long are left to others, and nothing is sent or closed then", () => {
    const descriptor = addon.duplicate(ours, 0);
    for (const value of ["a".repeat(16 * 1024), "😀".repeat(4096), new Uint8Array(16 * 1024 - 12 - 4)])
      assert.equal(addon.sendMessage(ours, MessageType.Run, 1, [value], [descriptor]), -1);
    assert.equal(addon.peek(theirs, space), -1);
    addon.close(addon.duplicate(descriptor, 0));
    addon.close(descriptor);
  });

  it("messages are left to others when the header of a last, empty value has no room", () => {
    for (const short of [0, 1, 4]) {
      const full = new Uint8Array(16 * 1024 - 12 - 5 - short);
      for (const last of ["", new Uint8Array(), Gathered.Environment, Gathered.Inheritance])
        assert.equal(addon.sendMessage(ours, MessageType.Arguments, 1, [full, last], []), -1);
    }
    assert.equal(addon.peek(theirs, space), -1);
  });

  it("close the descriptors that they took along", () => {
    const descriptor = addon.duplicate(ours, 0);
    assert.equal(addon.sendMessage(ours, MessageType.Run, 1, ["{}"], [descriptor]), 0);
    assert.throws(() => addon.duplicate(descriptor, 0), { code: "EBADF" });
    assert.equal(received(theirs).descriptors, 1);
  });

  it("program messages have the environment and what else programs inherit as of this moment", () => {
    process.env["DESKTOP_FORK_TEST_ENTRY"] = "é";
    const values: Outgoing[] = [Gathered.Environment, Gathered.Inheritance];
    assert.equal(addon.sendMessage(ours, MessageType.Spawn, 1, values, []), 0);
    delete process.env["DESKTOP_FORK_TEST_ENTRY"];
    const [message] = decodeMessages(received(theirs).bytes) as [Message];
    const [environment, inheritance] = message.values as [Buffer, Buffer];
    assert.ok(environment.toString().split("\0").includes("DESKTOP_FORK_TEST_ENTRY=é"));
    assert.deepEqual(inheritance, addon.inheritance());
    assert.equal(inheritance.readInt32LE(0), process.umask());
  });

  it("throw for a socket whose other end is closed, and leave the descriptors open", () => {
    const [end, other] = addon.socketpair();
    addon.close(other);
    const descriptor = addon.duplicate(end, 0);
    assert.throws(() => addon.sendMessage(end, MessageType.Run, 1, [], [descriptor]), { code: "EPIPE" });
    for (const fd of [descriptor, end]) addon.close(fd);
  });

  it("messages arrive whole and in order when the socket is full for a time, gathered values too", async () => {
    const [from, to] = addon.socketpair();
    const sent = 200;
    const ids: number[] = [];
    await new Promise<void>((resolve, reject) => {
      const sender = new SocketChannel({
        addon,
        fd: from,
        events: { message() {}, end: () => {} },
        maxPayloadBytes: space.length,
      });
      for (let id = 1; id <= sent; id++)
        sender.send(MessageType.Spawn, id, ["x".repeat(id * 50), Gathered.Inheritance], [addon.duplicate(ours, 0)]);
      const receiver = new SocketChannel({
        addon,
        fd: to,
        events: {
          message: ({ id, values, handles }) => {
            receiver.discard(handles);
            ids.push(id);
            if ((values[0] as string).length !== id * 50 || handles.length !== 1 || values.length !== 2)
              reject(new Error(`message ${id} is not what was sent`));
            if (id !== sent) return;
            receiver.close();
            sender.close();
            resolve();
          },
          end: reject,
        },
        maxPayloadBytes: space.length,
      });
    });
    assert.deepEqual(
      ids,
      Array.from({ length: sent }, (_, index) => index + 1),
    );
  });
});
