/** Channels over both transports, without any process. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { Channel, type ChannelEvents } from "../../../helper/protocol/channel.cjs";
import { decodeMessage } from "../../../helper/protocol/content.cjs";
import { type Message, MessageType } from "../../../helper/protocol/message.cjs";
import { SocketChannel } from "../../../helper/protocol/socket-channel.cjs";
import { StreamLink } from "../../../helper/protocol/stream-link.cjs";
import { type Addon, loadAddon } from "../../../native/addon/addon.cjs";
import { forbidLeaks } from "../../support/leaks.js";
import { encodeMessage } from "../../support/messages.js";

const MAX_PAYLOAD_BYTES = 1024 * 1024;

const loaded = loadAddon();
const skip = loaded instanceof Error ? loaded.message.split("\n")[0] : false;
const addon = loaded as Addon;

class Listener implements ChannelEvents {
  readonly messages: Message[] = [];
  readonly ends: (Error | undefined)[] = [];
  onMessage: (message: Message) => void = () => {};

  message(message: Message): void {
    this.messages.push(message);
    this.onMessage(message);
  }

  end(error?: Error): void {
    this.ends.push(error);
  }
}

function openPair(): { channel: SocketChannel; listener: Listener; peer: number } {
  const [fd, peer] = addon.socketpair();
  const listener = new Listener();
  const channel = new SocketChannel({ addon, fd, events: listener, maxPayloadBytes: MAX_PAYLOAD_BYTES });
  return { channel, listener, peer };
}

function write(peer: number, ...messages: Buffer[]): void {
  const bytes = Buffer.concat(messages);
  assert.equal(addon.sendmsg(peer, [bytes], []), bytes.length);
}

forbidLeaks();

describe("a channel over a socket", { skip }, () => {
  it("may be read while a message of another one is told of: neither loses anything", () => {
    const [one, other] = [openPair(), openPair()];
    write(one.peer, ...[1, 2, 3].map((id) => encodeMessage(MessageType.Arguments, id, ["x".repeat(id * 100)])));
    write(other.peer, encodeMessage(MessageType.Arguments, 9, ["y".repeat(5000)]));
    one.listener.onMessage = () => other.channel.readNow();
    one.channel.readNow();
    assert.deepEqual(
      one.listener.messages.map(({ id, values }) => [id, values]),
      [1, 2, 3].map((id) => [id, ["x".repeat(id * 100)]]),
    );
    assert.deepEqual(other.listener.messages[0]?.values, ["y".repeat(5000)]);
    for (const { channel, peer } of [one, other]) {
      channel.close();
      addon.close(peer);
    }
  });

  it("ends with what its listener throws", () => {
    const { channel, listener, peer } = openPair();
    listener.onMessage = () => {
      throw new RangeError("nobody understands that");
    };
    write(peer, encodeMessage(MessageType.Sync, 1, []), encodeMessage(MessageType.Sync, 2, []));
    channel.readNow();
    assert.deepEqual(
      [listener.messages.length, listener.ends.map(String)],
      [1, ["RangeError: nobody understands that"]],
    );
    addon.close(peer);
  });

  it("closes the handles of what comes after close(), and tells nobody of it", () => {
    const { channel, listener, peer } = openPair();
    listener.onMessage = ({ handles }) => {
      channel.discard(handles);
      channel.close();
    };
    const run = encodeMessage(MessageType.Run, 1, ["{}"], 1);
    for (let count = 0; count < 3; count++) addon.sendmsg(peer, [run], [peer]);
    channel.readNow();
    assert.deepEqual([listener.messages.length, listener.ends], [1, []]);
    addon.close(peer);
  });

  it("is released between two messages only", () => {
    const { channel, listener, peer } = openPair();
    const bytes = encodeMessage(MessageType.Arguments, 1, ["whole"]);
    write(peer, bytes, bytes.subarray(0, 5));
    const within: unknown[] = [];
    listener.onMessage = () => within.push(channel.release());
    channel.readNow();
    assert.equal(channel.release(), undefined);
    write(peer, bytes.subarray(5));
    channel.readNow();
    assert.deepEqual(within, [undefined, undefined]);
    const fd = channel.release();
    assert.equal(typeof fd, "number");
    assert.equal(addon.sendmsg(peer, [bytes], []), addon.recvmsg(fd as number, Buffer.alloc(100)));
    addon.close(fd as number);
    addon.close(peer);
  });

  it("takes no message that is longer than it allows, and reads nothing of it", () => {
    const { channel, listener, peer } = openPair();
    const header = encodeMessage(MessageType.Arguments, 1, []);
    header.writeUInt32LE(MAX_PAYLOAD_BYTES + 1, 0);
    write(peer, header);
    channel.readNow();
    assert.match(String(listener.ends), /RangeError: a length of 1048577 bytes/);
    addon.close(peer);
  });

  it("sends what is said, long or short, in order", async () => {
    const { channel, peer } = openPair();
    const listener = new Listener();
    const told = new Promise<void>((resolve) => {
      listener.onMessage = ({ id }) => id === 3 && resolve();
    });
    const other = new SocketChannel({ addon, fd: peer, events: listener, maxPayloadBytes: MAX_PAYLOAD_BYTES });
    channel.say({ type: MessageType.Arguments, args: ["short"] }, 1);
    channel.say({ type: MessageType.Arguments, args: [Buffer.alloc(900_000, 7), "é".repeat(30_000)] }, 2);
    channel.say({ type: MessageType.Run, plan: { function: "f", title: "t" } }, 3, [addon.duplicate(channel.fd, 0)]);
    await told;
    const [first, second, third] = listener.messages.map(decodeMessage);
    assert.deepEqual(first, { type: MessageType.Arguments, id: 1, handles: [], args: ["short"] });
    assert.ok(second?.type === MessageType.Arguments && third?.type === MessageType.Run);
    assert.deepEqual(second.args, [Buffer.alloc(900_000, 7), "é".repeat(30_000)]);
    assert.equal(third.handles.length, 1);
    channel.discard(third.handles);
    channel.close();
    other.close();
  });
});

describe("a channel over a stream", () => {
  it("sends what is said, and ends with its stream", async () => {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const near = new Channel(new StreamLink(Duplex.from({ readable: down, writable: up })), new Listener(), 100);
    const listener = new Listener();
    const ended = new Promise<void>((resolve) => {
      listener.end = () => resolve();
    });
    const far = new Channel(new StreamLink(Duplex.from({ readable: up, writable: down })), listener, MAX_PAYLOAD_BYTES);
    near.say({ type: MessageType.Arguments, args: ["a", Buffer.alloc(100_000, 1)] }, 1);
    near.say({ type: MessageType.Sync }, 2);
    while (listener.messages.length < 2) await new Promise(setImmediate);
    assert.deepEqual(
      listener.messages.map((message) => decodeMessage(message)),
      [
        { type: MessageType.Arguments, id: 1, handles: [], args: ["a", Buffer.alloc(100_000, 1)] },
        { type: MessageType.Sync, id: 2, handles: [] },
      ],
    );
    assert.equal(far.carriesHandles, false);
    near.close();
    await ended;
  });

  it("ends when it is told nonsense", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const accepted = once(server, "connection");
    const client = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
    const [stream] = (await accepted) as [net.Socket];
    server.close();
    const listener = new Listener();
    const ended = new Promise<Error | undefined>((resolve) => {
      listener.end = resolve;
    });
    new Channel(new StreamLink(stream), listener, MAX_PAYLOAD_BYTES);
    client.write("GET / HTTP/1.1\r\n\r\n");
    assert.ok((await ended) instanceof RangeError);
    client.destroy();
  });
});
