/** The values of the channel's messages. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { HEADER_BYTES } from "../../helper/protocol/frame.cjs";
import { MessageType } from "../../helper/protocol/message.cjs";
import { encodedBytes, readValues, type Value } from "../../helper/protocol/values.cjs";
import { FUZZ } from "../support/fuzz.js";
import { encodeMessage } from "../support/messages.js";

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.uint8Array({ maxLength: 300 }),
  fc
    .integer({ min: 16_000, max: 17_000 })
    .chain((length) => fc.constantFrom("é".repeat(length), new Uint8Array(length))),
);

function inOctets(values: readonly Value[]): unknown[] {
  return values.map((value) => (typeof value === "string" ? value : [...value]));
}

suite("the channel's values", () => {
  test("are what was sent, with octets of their own unless the payload is its own", () => {
    fc.assert(
      fc.property(fc.array(value), fc.boolean(), (values, owned) => {
        const payload = encodeMessage(MessageType.Arguments, 1, values).subarray(HEADER_BYTES);
        assert.equal(
          payload.length,
          values.reduce((sum, each) => sum + encodedBytes(each), 0),
        );
        const decoded = readValues(payload, owned, 0, payload.length);
        assert.deepEqual(inOctets(decoded), inOctets(values));
        for (const octets of decoded)
          if (typeof octets !== "string" && octets.length > 0)
            assert.equal(octets.buffer === payload.buffer && isWithin(octets, payload), owned);
      }),
      FUZZ,
    );
  });

  test("take a RangeError, nothing else, from what are none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          readValues(Buffer.from(bytes), false, 0, bytes.length);
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
