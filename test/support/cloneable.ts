/** Whatever structured clone takes, without Buffers, of which it makes something else. */
import fc from "fast-check";

const VIEWS = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

/** Of UTF-16 units: pairs, halves of pairs and all. */
const text = fc.oneof(
  { weight: 20, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 20, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 20, arbitrary: fc.array(fc.nat(0xffff), { maxLength: 40 }).map((units) => String.fromCharCode(...units)) },
  fc.integer({ min: 4000, max: 70_000 }).map((length) => "ü".repeat(length)),
);

const primitive = fc.oneof(
  fc.constantFrom(undefined, null, true, false, 0, -0, 2 ** 31, -(2 ** 31), 2 ** 53, Number.NaN, -Infinity),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  text,
);

export const octets = fc.oneof(
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  fc.integer({ min: 16_000, max: 20_000 }).map(makeOctets),
);

function makeOctets(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index * 7);
}

/** Each with memory of its own: which views share memory is not kept. */
export const view = fc.tuple(fc.constantFrom(...VIEWS), octets).map(([View, bytes]) => {
  const width = View.BYTES_PER_ELEMENT;
  return new View(bytes.slice(0, bytes.length - (bytes.length % width)).buffer);
});

class Extended extends Uint16Array {}

const leaf = fc.oneof(
  { weight: 6, arbitrary: primitive },
  view,
  octets.map((bytes) => bytes.slice().buffer),
  octets.map((bytes) => new DataView(bytes.slice().buffer)),
  octets.map((bytes) => new Extended(bytes)),
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(/a/g, /[\]/]/dimsuy, Object(1), Object("boxed"), Object(false), Object(5n)),
  text.map((message) => new RangeError(message, { cause: message })),
);

export const cloneable: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 6 }) },
    { weight: 2, arbitrary: fc.dictionary(fc.oneof(text, fc.constant("__proto__")), tie("value"), { maxKeys: 6 }) },
    fc.sparseArray(tie("value"), { maxNumElements: 4, maxLength: 20 }),
    fc.array(primitive, { minLength: 60, maxLength: 80 }),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie("value"), { maxLength: 4 }).map((values) => new Set(values)),
    fc.tuple(tie("value"), tie("value")).map(([one, other]) => [one, { other, again: one }, one]),
    tie("value").map(cycle),
    tie("value").map((value) => Object.assign([value], { beside: value })),
    tie("value").map((value) => Object.assign(Object.create(null), { value })),
  ),
})).value;

function cycle(value: unknown): unknown {
  const knot: Record<string, unknown> = { value };
  knot["self"] = [knot];
  return knot;
}
