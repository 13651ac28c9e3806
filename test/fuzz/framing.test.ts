/** The framing below the channel and rpc, fed with anything in any pieces, with descriptors that come along or are lost. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { CHANNEL } from "../../helper/protocol/content.cjs";
import { type Frame, HEADER_BYTES, LOST_HANDLE, type Vocabulary } from "../../helper/protocol/frame.cjs";
import { FrameReader } from "../../helper/protocol/frame-reader.cjs";
import { FrameWriter } from "../../helper/protocol/frame-writer.cjs";
import { RPC } from "../../helper/rpc/frame-type.cjs";
import { Recorder } from "../support/frames.js";
import { FUZZ } from "../support/fuzz.js";

const MAX_FRAME_BYTES = 65_536;
const FIRST_FD = 100;
const VOCABULARIES = { "the channel": CHANNEL, rpc: RPC };
const UNKNOWN = 0xff;

interface Content {
  type: number;
  id: number;
  extra: number;
  octets: Uint8Array;
  handles: number;
}

interface Received {
  bytes: Buffer;
  fds: number[];
}

function typesOf({ maxHandles }: Vocabulary): number[] {
  return [...maxHandles.keys()].filter((type) => maxHandles[type] !== UNKNOWN);
}

function contentOf(words: Vocabulary): fc.Arbitrary<Content> {
  return fc.constantFrom(...typesOf(words)).chain((type) =>
    fc.record({
      type: fc.constant(type),
      id: fc.nat(0xffff_ffff),
      extra: words.hasExtra ? fc.nat(0xffff) : fc.constant(0),
      octets: fc.oneof(
        { weight: 9, arbitrary: fc.uint8Array({ maxLength: 300 }) },
        {
          weight: 1,
          arbitrary: fc.integer({ min: 16_000, max: 20_000 }).map((length) => new Uint8Array(length).fill(7)),
        },
      ),
      handles: fc.nat(Math.min(words.maxHandles[type] as number, 5)),
    }),
  );
}

/** Each with the descriptors that its first byte takes along. */
function encode(words: Vocabulary, contents: readonly Content[]): Received[] {
  let fd = FIRST_FD;
  return contents.map(({ type, id, extra, octets, handles }) => {
    const recorder = new Recorder();
    const writer = new FrameWriter(words, MAX_FRAME_BYTES);
    writer.attach(recorder);
    writer.begin(type, id, extra);
    writer.octets(octets);
    for (let count = 0; count < handles; count++) writer.descriptor(fd++);
    writer.end();
    writer.flush();
    return { bytes: recorder.take(), fds: recorder.fds.splice(0) };
  });
}

/** Cuts a stream as a kernel may: anywhere, but with one set of descriptors at a time. */
class Kernel {
  readonly #stream: Buffer;
  readonly #fds = new Map<number, number[]>();
  #offset = 0;

  constructor(sent: readonly Received[]) {
    this.#stream = Buffer.concat(sent.map(({ bytes }) => bytes));
    let at = 0;
    for (const { bytes, fds } of sent) {
      if (fds.length > 0) this.#fds.set(at, fds);
      at += bytes.length;
    }
  }

  get isEmpty(): boolean {
    return this.#offset === this.#stream.length;
  }

  read(room: number): Received {
    let end = Math.min(this.#stream.length, this.#offset + room);
    const within = [...this.#fds.keys()].filter((start) => start >= this.#offset && start < end);
    if (within.length > 1) end = within[1] as number;
    const bytes = this.#stream.subarray(this.#offset, end);
    this.#offset = end;
    return { bytes, fds: this.#fds.get(within[0] ?? -1) ?? [] };
  }
}

/** As links do it: out of a buffer that is used again, or to where the reader wants it. */
function deliver(reader: FrameReader, kernel: Kernel, sizes: readonly number[], direct: boolean): void {
  for (let turn = 0; !kernel.isEmpty; turn++) {
    const size = sizes[turn % sizes.length] as number;
    const target = direct ? reader.target() : undefined;
    const { bytes, fds } = kernel.read(Math.min(size, target?.byteLength ?? size));
    if (target !== undefined) {
      target.set(bytes);
      reader.filled(bytes.length, fds);
      continue;
    }
    const room = Buffer.concat([bytes, Buffer.alloc(3)]);
    try {
      reader.data(room, bytes.length, fds);
    } finally {
      room.fill(0xee);
    }
  }
}

function contentsRead(frames: readonly (Frame & { octets: Uint8Array })[]) {
  return frames.map(({ type, id, extra, octets, fds }) => ({ type, id, extra, octets, fds }));
}

function open(words: Vocabulary) {
  const frames: (Frame & { octets: Uint8Array })[] = [];
  const onFrame = (frame: Frame) => {
    frames.push({ ...frame, octets: Uint8Array.from(frame.buffer.subarray(frame.start, frame.end)) });
  };
  return { frames, reader: new FrameReader({ vocabulary: words, maxFrameBytes: MAX_FRAME_BYTES, onFrame }) };
}

const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 });

for (const [name, words] of Object.entries(VOCABULARIES))
  suite(`the framing of ${name}`, () => {
    const content = contentOf(words);

    test("gives back what was written, with its own descriptors, however the stream is cut", () => {
      fc.assert(
        fc.property(fc.array(content, { maxLength: 8 }), sizes, fc.boolean(), (contents, sizes, direct) => {
          const sent = encode(words, contents);
          const { reader, frames } = open(words);
          deliver(reader, new Kernel(sent), sizes, direct);
          const expected = contents.map(({ handles: _, ...rest }, index) => ({ ...rest, fds: sent[index]?.fds }));
          assert.deepEqual(contentsRead(frames), expected);
          assert.equal(reader.isIdle, true);
          assert.deepEqual(reader.takeFds(), []);
        }),
        FUZZ,
      );
    });

    test("marks where descriptors were lost, and gives no frame those of another", () => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(content, fc.option(fc.nat(4))), { maxLength: 8 }),
          sizes,
          fc.boolean(),
          (received, sizes, direct) => {
            const sent = encode(
              words,
              received.map(([one]) => one),
            );
            const expected: number[][] = [];
            for (const [index, one] of sent.entries()) {
              const kept = received[index]?.[1] ?? one.fds.length;
              expected.push(one.fds.map((fd, place) => (place < kept ? fd : LOST_HANDLE)));
              if (kept < one.fds.length) one.fds.splice(kept, one.fds.length, LOST_HANDLE);
            }
            const { reader, frames } = open(words);
            deliver(reader, new Kernel(sent), sizes, direct);
            assert.deepEqual(
              frames.map(({ fds }) => fds),
              expected,
            );
            assert.deepEqual(reader.takeFds(), []);
          },
        ),
        FUZZ,
      );
    });

    test("takes a RangeError, nothing else, from what is none, and loses no descriptor", () => {
      const looksLikeOne = fc
        .tuple(fc.constantFrom(...typesOf(words)), fc.nat(3), fc.nat(200), fc.uint8Array({ maxLength: 200 }))
        .map(([type, handles, length, body]) => Buffer.concat([headerOf({ type, handles, length }), body]));
      const anything = fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        looksLikeOne,
      );
      const piece = fc.record({ bytes: anything, handles: fc.nat(3) });
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
          const { reader, frames } = open(words);
          let given = FIRST_FD;
          try {
            for (const { bytes, handles } of pieces) {
              const fds = Array.from({ length: handles }, () => given++);
              reader.data(bytes, bytes.length, fds);
            }
          } catch (error) {
            assert.ok(error instanceof RangeError, String(error));
            assert.equal(reader.isIdle, false);
          }
          const all = [...frames.flatMap(({ fds }) => fds), ...reader.takeFds()].sort((a, b) => a - b);
          assert.deepEqual(
            all,
            Array.from({ length: given - FIRST_FD }, (_, index) => FIRST_FD + index),
          );
        }),
        FUZZ,
      );
    });

    test("refuses what is too long, unknown or has too many descriptors before memory is allocated for it", () => {
      const [type = 0] = typesOf(words);
      const unknown = [...words.maxHandles.keys()].find((number) => words.maxHandles[number] === UNKNOWN) as number;
      const wrong = [
        { type, length: MAX_FRAME_BYTES + 1 },
        { type, length: 0xffff_ffff },
        { type: unknown, length: MAX_FRAME_BYTES },
        { type, handles: (words.maxHandles[type] as number) + 1, length: MAX_FRAME_BYTES },
        ...(words.hasExtra ? [] : [{ type, extra: 0x0100, length: MAX_FRAME_BYTES }]),
      ];
      for (const header of wrong)
        for (const cut of [HEADER_BYTES, 1, 7]) {
          const bytes = headerOf(header);
          const { reader } = open(words);
          assert.throws(() => {
            for (let at = 0; at < bytes.length; at += cut)
              reader.data(bytes.subarray(at, at + cut), Math.min(cut, bytes.length - at), []);
          }, RangeError);
          assert.equal(reader.target(), undefined);
        }
    });

    test("a frame of the largest size is taken", () => {
      const [type = 0] = typesOf(words);
      const { reader, frames } = open(words);
      const header = headerOf({ type, length: MAX_FRAME_BYTES });
      reader.data(header, header.length, []);
      reader.filled((reader.target() as Uint8Array).byteLength, []);
      assert.equal(frames[0]?.octets.length, MAX_FRAME_BYTES);
    });
  });

function headerOf({ type = 0, handles = 0, length = 0, extra = 0 }): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(length, 0);
  header.writeUInt8(type, 4);
  header.writeUInt8(handles, 5);
  header.writeUInt16LE(extra, 6);
  return header;
}
