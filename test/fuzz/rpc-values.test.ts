/** Values of rpc against structured clone, whatever they are and however they are cut. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { FrameType } from "../../helper/rpc/frame-type.cjs";
import { cloneable, octets, view } from "../support/cloneable.js";
import { decodeFrames, encodeFrames, type FrameContent } from "../support/frames.js";
import { FUZZ } from "../support/fuzz.js";

const type = FrameType.Call;
type Value = ArrayBufferView;
type Received = [Value, { value: Value }, Value[][], Map<Value, number>];
const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 5 });

suite("rpc: values", () => {
  test("values of rpc arrive as structured clone would have them", () => {
    fc.assert(
      fc.property(fc.array(cloneable, { maxLength: 4 }), sizes, (values, cut) => {
        const [frame] = decodeFrames(encodeFrames([{ type, values }]), cut);
        assert.deepEqual(frame?.values, structuredClone(values));
      }),
      FUZZ,
    );
  });

  // Not among the random ones: Node 20's assert.deepEqual holds that two of them differ.
  test("a date that is none arrives as one", () => {
    const [frame] = decodeFrames(encodeFrames([{ type, values: [new Date(Number.NaN)] }]), [1]);
    const date = frame?.values?.[0];
    assert.ok(date instanceof Date && Number.isNaN(date.getTime()));
  });

  test("follow one another unharmed, in any number of pieces", () => {
    const content: fc.Arbitrary<FrameContent> = fc.record({
      type: fc.constantFrom(FrameType.Call, FrameType.Result, FrameType.FromWorker, FrameType.Item),
      id: fc.nat(0xffff_ffff),
      extra: fc.nat(0xffff),
      values: fc.array(cloneable, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(content, { maxLength: 8 }), sizes, (frames, cut) => {
        const decoded = decodeFrames(encodeFrames(frames), cut);
        assert.deepEqual(decoded, structuredClone(frames));
      }),
      FUZZ,
    );
  });

  test("Buffers stay Buffers wherever they are; other views have memory of their own, and nothing else in it", () => {
    fc.assert(
      fc.property(octets, view, sizes, (bytes, other, cut) => {
        const buffer = Buffer.from(bytes);
        for (const value of [buffer, other]) {
          const values = [value, { value }, [[value]], new Map([[value, 1]])];
          const [frame] = decodeFrames(encodeFrames([{ type, values }]), cut);
          const [one, two, three, four] = (frame as Required<FrameContent>).values as unknown as Received;
          for (const received of [one, two.value, three[0]?.[0], [...four.keys()][0]]) {
            assert.deepEqual(received, value);
            assert.equal(received?.constructor, value.constructor);
            if (value === other) assert.equal(received?.buffer.byteLength, other.byteLength);
          }
        }
      }),
      FUZZ,
    );
  });
});
