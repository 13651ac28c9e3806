/** The channel's decoder, fed with anything in any pieces. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Decoder } from "../../helper/protocol/decoder.cjs";
import {
  decodeValues,
  encodeMessage,
  HEADER_BYTES,
  LOST_HANDLE,
  type Message,
  MessageType,
  maxHandles,
  type Value,
} from "../../helper/protocol/message.cjs";
import { FUZZ } from "../support/fuzz.js";

const MAX_PAYLOAD_BYTES = 65_536;
const FIRST_FD = 100;
const TYPES = Object.values(MessageType).filter((type): type is MessageType => typeof type === "number");

const value: fc.Arbitrary<Value> = fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array({ maxLength: 300 }));
const message = fc.constantFrom(...TYPES).chain((type) =>
  fc.record({
    type: fc.constant(type),
    id: fc.nat(0xffff_ffff),
    values: fc.array(value, { maxLength: 5 }),
    handles: fc.nat(Math.min(maxHandles(type), 5)),
  }),
);

/** What recvmsg() gives: descriptors come with the bytes that hold the first byte of their message, one set at a time. */
interface Received {
  bytes: Buffer;
  fds: number[];
}

interface Sent {
  bytes: Buffer;
  fds: number[];
}

/** Cuts a stream as a kernel may: anywhere, but never past the first bytes of what came with descriptors. */
function* receive(sent: readonly Sent[], sizes: readonly number[]): Generator<Received> {
  const stream = Buffer.concat(sent.map(({ bytes }) => bytes));
  const starts = new Map<number, number[]>();
  let at = 0;
  for (const { bytes, fds } of sent) {
    if (fds.length > 0) starts.set(at, fds);
    at += bytes.length;
  }
  let offset = 0;
  for (let turn = 0; offset < stream.length; turn++) {
    let end = Math.min(stream.length, offset + Math.max(1, sizes[turn % sizes.length] ?? 1));
    const withFds = [...starts.keys()].filter((start) => start >= offset && start < end);
    if (withFds.length > 1) end = withFds[1] as number;
    yield { bytes: stream.subarray(offset, end), fds: starts.get(withFds[0] ?? -1) ?? [] };
    offset = end;
  }
}

type Decode = (decoder: Decoder, received: Received, messages: Message[]) => void;

const push: Decode = (decoder, { bytes, fds }, messages) => {
  for (const message of decoder.push(bytes, fds)) messages.push(message);
};

/** As a channel does it: out of a buffer which is used again. */
const takeAll: Decode = (decoder, { bytes, fds }, messages) => {
  const before = 7;
  const buffer = Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc(3)]);
  try {
    decoder.takeAll(buffer, before, before + bytes.length, fds, messages);
  } finally {
    buffer.fill(0xff);
  }
};

function decodeAll(decoder: Decoder, pieces: Iterable<Received>, decode: Decode): Message[] {
  const messages: Message[] = [];
  for (const piece of pieces) decode(decoder, piece, messages);
  return messages;
}

function inOctets(values: readonly Value[]): unknown[] {
  return values.map((value) => (typeof value === "string" ? value : [...value]));
}

suite("the channel's decoder", () => {
  test("gives back what was encoded, however the stream is cut", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        sizes,
        fc.constantFrom(push, takeAll),
        (messages, sizes, decode) => {
          let fd = FIRST_FD;
          const sent = messages.map(({ type, id, values, handles }) => ({
            bytes: Buffer.concat(encodeMessage(type, id, values, handles)),
            fds: Array.from({ length: handles }, () => fd++),
          }));
          const decoder = new Decoder(MAX_PAYLOAD_BYTES);
          const decoded = decodeAll(decoder, receive(sent, sizes), decode);
          assert.deepEqual(
            decoded.map((message) => ({ ...message, values: inOctets(message.values) })),
            messages.map((message, index) => ({
              ...message,
              values: inOctets(message.values),
              handles: sent[index]?.fds,
            })),
          );
          assert.equal(decoder.isIdle, true);
          assert.deepEqual(decoder.takeFds(), []);
        },
      ),
      FUZZ,
    );
  });

  test("takes a message that is alone and whole at once, and is then as if push() had taken it", () => {
    fc.assert(
      fc.property(message, fc.boolean(), fc.boolean(), ({ type, id, values, handles }, cut, begun) => {
        const bytes = Buffer.concat(encodeMessage(type, id, values, handles));
        const fds = Array.from({ length: handles }, (_, index) => FIRST_FD + index);
        const decoder = new Decoder(MAX_PAYLOAD_BYTES);
        if (begun) for (const _ of decoder.push(bytes.subarray(0, 1), fds)) assert.fail("an octet is no message");
        const given = begun ? bytes.subarray(1) : bytes.subarray(0, cut ? -1 : undefined);
        const taken = decoder.takeWhole(given, 0, given.length, begun ? [] : fds);
        assert.equal(taken !== undefined, !begun && !cut);
        const message =
          taken ??
          [
            ...decoder.push(given, begun ? [] : fds),
            ...decoder.push(bytes.subarray(begun ? bytes.length : given.length)),
          ][0];
        assert.deepEqual(
          { ...message, values: inOctets(message?.values ?? []) },
          { type, id, values: inOctets(values), handles: fds },
        );
        assert.equal(decoder.isIdle, true);
        assert.deepEqual(decoder.takeFds(), []);
      }),
      FUZZ,
    );
  });

  test("takes a RangeError, nothing else, from what is no message, and loses no descriptor", () => {
    const looksLikeOne = fc
      .tuple(fc.constantFrom(...TYPES), fc.nat(3), fc.nat(200), fc.uint8Array({ maxLength: 200 }))
      .map(([type, handles, length, body]) => {
        const header = Buffer.alloc(HEADER_BYTES);
        header.writeUInt32LE(length, 0);
        header.writeUInt8(type, 4);
        header.writeUInt8(handles, 5);
        return Buffer.concat([header, body]);
      });
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      looksLikeOne,
    );
    const piece = fc.record({ bytes: anything, handles: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), fc.constantFrom(push, takeAll), (pieces, decode) => {
        const decoder = new Decoder(MAX_PAYLOAD_BYTES);
        const messages: Message[] = [];
        let given = FIRST_FD;
        try {
          for (const { bytes, handles } of pieces) {
            const fds = Array.from({ length: handles }, () => given++);
            decode(decoder, { bytes, fds }, messages);
          }
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
        const all = [...messages.flatMap(({ handles }) => handles), ...decoder.takeFds()].sort((a, b) => a - b);
        assert.deepEqual(
          all,
          Array.from({ length: given - FIRST_FD }, (_, index) => FIRST_FD + index),
        );
      }),
      FUZZ,
    );
  });

  test("puts a mark where a descriptor was lost, and no descriptor into a message that is not its own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(8), (count, arrived) => {
        const kept = Math.min(arrived, count - 1);
        const bytes = Buffer.concat(encodeMessage(MessageType.Handles, 1, [], count));
        const next = Buffer.concat(encodeMessage(MessageType.Run, 2, [], 1));
        const decoder = new Decoder(MAX_PAYLOAD_BYTES);
        const fds = Array.from({ length: kept }, (_, index) => FIRST_FD + index);
        const [first] = decoder.push(bytes, [...fds, LOST_HANDLE]);
        const [second] = decoder.push(next, [FIRST_FD + 50]);
        assert.deepEqual(first?.handles, [...fds, ...new Array(count - kept).fill(LOST_HANDLE)]);
        assert.deepEqual(second?.handles, [FIRST_FD + 50]);
        assert.deepEqual(decoder.takeFds(), []);
      }),
      FUZZ,
    );
  });
});

suite("the decoder of values", () => {
  test("gives back what was encoded, and octets of its own unless the payload is its own", () => {
    fc.assert(
      fc.property(fc.array(value), fc.boolean(), (values, owned) => {
        const payload = Buffer.concat(encodeMessage(MessageType.Arguments, 1, values, 0)).subarray(HEADER_BYTES);
        const decoded = decodeValues(payload, owned);
        assert.deepEqual(inOctets(decoded), inOctets(values));
        for (const octets of decoded)
          if (typeof octets !== "string" && octets.length > 0)
            assert.equal(octets.buffer === payload.buffer && isWithin(octets, payload), owned);
      }),
      FUZZ,
    );
  });

  test("takes a RangeError, nothing else, from what are no values", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          decodeValues(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      }),
      FUZZ,
    );
  });
});

function isWithin(part: Buffer, whole: Buffer): boolean {
  return part.byteOffset >= whole.byteOffset && part.byteOffset + part.length <= whole.byteOffset + whole.length;
}
