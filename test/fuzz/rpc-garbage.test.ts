/** Both ends of rpc, fed with anything: they end, or go on; whoever waits is told, once. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type Frame, HEADER_BYTES } from "../../helper/protocol/frame.cjs";
import { FrameReader } from "../../helper/protocol/frame-reader.cjs";
import type { LinkEvents } from "../../helper/protocol/link.cjs";
import { FrameType, RPC } from "../../helper/rpc/frame-type.cjs";
import { Listeners } from "../../helper/rpc/listeners.cjs";
import { RpcServer } from "../../helper/rpc/server.cjs";
import { Tag } from "../../helper/rpc/tags.cjs";
import { readValues } from "../../helper/rpc/values.cjs";
import { ForkError } from "../../main/base/errors.js";
import { RpcClient } from "../../main/rpc/client.js";
import { cloneable } from "../support/cloneable.js";
import { encodeFrames, feed, Recorder } from "../support/frames.js";
import { FUZZ } from "../support/fuzz.js";

const MAX_FRAME_BYTES = 65_536;
const TYPES = Object.values(FrameType).filter((type): type is FrameType => typeof type === "number");
const TAGS = Object.values(Tag).filter((tag): tag is Tag => typeof tag === "number");

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });

/** Looks like values, with wrong lengths, counts and kinds. */
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(fc.tuple(fc.constantFrom(...TAGS), fc.uint8Array({ maxLength: 8 })), { maxLength: 6 })
    .map((parts) => Uint8Array.from(parts.flatMap(([tag, rest]) => [tag, ...rest]))),
  fc.array(cloneable, { maxLength: 2 }).map((values) => encodeFrames([{ type: 2, values }]).subarray(HEADER_BYTES)),
);

const frame = fc
  .record({
    type: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...TYPES) }, fc.nat(255)),
    id: fc.oneof({ weight: 20, arbitrary: fc.nat(6) }, fc.nat(0xffff_ffff)),
    extra: fc.nat(3),
    handles: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.nat(255)),
    payload,
    excess: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.nat(0xffff_ffff)),
  })
  .map(({ type, id, extra, handles, payload, excess }) => {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE((payload.length + excess) >>> 0, 0);
    header[4] = type;
    header[5] = handles;
    header.writeUInt16LE(extra, 6);
    header.writeUInt32LE(id, 8);
    return Buffer.concat([header, payload]);
  });

const stream = fc.oneof(
  fc.array(frame, { maxLength: 12 }).map(Buffer.concat),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

/** Good frames with a few octets changed. */
const damaged = fc
  .tuple(
    fc.array(cloneable, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
  )
  .map(([values, changes]) => {
    const bytes = encodeFrames([{ type: FrameType.Result, id: 1, values }]);
    for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
    return bytes;
  });

/** A link that says what the test wants to be said. */
class Puppet extends Recorder {
  events!: LinkEvents;
  closed = false;

  override open(events?: LinkEvents): void {
    this.events = events as LinkEvents;
  }

  override close(): void {
    this.closed = true;
  }

  say(bytes: Buffer, cut: readonly number[]): void {
    let offset = 0;
    for (let turn = 0; offset < bytes.length && !this.closed; turn++) {
      const size = Math.min(Math.max(1, cut[turn % cut.length] as number), bytes.length - offset);
      const target = this.events.target();
      const piece = Buffer.from(bytes.subarray(offset, offset + Math.min(size, target?.byteLength ?? size)));
      offset += piece.length;
      if (target === undefined) this.events.data(piece, piece.length, []);
      else {
        target.set(piece);
        this.events.filled(piece.length, []);
      }
    }
    if (!this.closed) this.events.end();
  }
}

suite("rpc: garbage", () => {
  test("reading values of damaged frames gives values or an error, nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(damaged, stream), sizes, (bytes, cut) => {
        try {
          const onFrame = (read: Frame) => attempt(() => readValues(read, undefined));
          feed(new FrameReader({ vocabulary: RPC, maxFrameBytes: MAX_FRAME_BYTES, onFrame }), bytes, cut);
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      }),
      FUZZ,
    );
  });

  test("a caller's calls and streams settle, each once, whatever the worker says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(stream, damaged), sizes, async (bytes, cut) => {
        const link = new Puppet();
        let ended = 0;
        const client = new RpcClient(
          { maxFrameBytes: MAX_FRAME_BYTES, serializer: undefined },
          {
            ended: () => {
              ended++;
              client.fail(new ForkError("ERR_FORK_DIED", "gone"));
            },
          },
        );
        const settlements: number[] = [];
        const results = Array.from({ length: 4 }, (_, call) => {
          settlements[call] = 0;
          return new Promise<unknown>((resolve, reject) => {
            const count = () => {
              settlements[call] = (settlements[call] as number) + 1;
            };
            client.call(`f${call % 2}`, [call], {
              resolve(value) {
                count();
                resolve(value);
              },
              reject(error) {
                count();
                reject(error);
              },
            });
          });
        });
        const read = results.map(async (result) => {
          const value = await result;
          if (typeof value === "object" && value !== null && Symbol.asyncIterator in value)
            for await (const _ of value as AsyncIterable<unknown>);
        });
        client.attach(link);
        link.say(bytes, cut);
        await Promise.allSettled(read);
        assert.deepEqual(settlements, [1, 1, 1, 1]);
        assert.equal(ended, 1);
        assert.ok(link.closed);
      }),
      FUZZ,
    );
  });

  test("a worker survives or ends in order, whatever the caller says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(stream, damaged), sizes, async (bytes, cut) => {
        const link = new Puppet();
        let lost = 0;
        const server = new RpcServer({
          maxFrameBytes: MAX_FRAME_BYTES,
          serializer: undefined,
          listeners: new Listeners(),
          find: (name) => {
            if (name === "missing") throw new TypeError("no such function");
            return name === "stream" ? () => [1, 2].values() : (...args) => args;
          },
          finished: () => {},
          lost: () => {
            lost++;
          },
        });
        server.serve(link);
        const names = encodeFrames(
          ["echo", "stream", "missing"].map((name, extra) => ({ type: FrameType.Name, extra, values: [name] })),
        );
        link.say(Buffer.concat([names, bytes]), cut);
        await new Promise(setImmediate);
        assert.equal(lost, 1);
      }),
      FUZZ,
    );
  });
});

function attempt(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof Error);
  }
}
