/** What structured clone would make an empty object of is refused by name, with a hint what to send instead. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { EventEmitter } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { describe, it } from "node:test";
import vm from "node:vm";
import { MessageChannel } from "node:worker_threads";
import { FrameType } from "../../../helper/rpc/frame-type.cjs";
import { decodeFrames, encodeFrames } from "../../support/frames.js";

class Secret {
  #value = 1;
  get value(): number {
    return this.#value;
  }
}
class Address extends URL {}
class Emitter extends EventEmitter {
  own = 1;
}
class Point {
  x = 1;
  y = { z: 2 };
}

const channel = new MessageChannel();
for (const port of [channel.port1, channel.port2]) port.close();
const timer = setTimeout(() => {}, 0);
clearTimeout(timer);
const emitter = new Emitter().on("x", () => {});

const REFUSED: Record<string, { value: object; hint: RegExp }> = {
  URL: { value: new URL("http://localhost/"), hint: /a URL .*; send its href/ },
  "a class that extends URL": { value: new Address("http://localhost/"), hint: /an Address .*; send its href/ },
  URLSearchParams: { value: new URLSearchParams("a=1"), hint: /a URLSearchParams .*String\(params\)/ },
  AbortSignal: { value: AbortSignal.timeout(1), hint: /an AbortSignal .*option 'signal'/ },
  AbortController: { value: new AbortController(), hint: /an AbortController .*option 'signal'/ },
  Headers: { value: new Headers(), hint: /a Headers .*\[\.\.\.headers\]/ },
  Request: { value: new Request("http://localhost/"), hint: /a Request .*its url/ },
  Response: { value: new Response("x"), hint: /a Response .*its status/ },
  FormData: { value: new FormData(), hint: /a FormData .*its entries/ },
  Blob: { value: new Blob(["x"]), hint: /a Blob .*arrayBuffer/ },
  EventEmitter: { value: new EventEmitter(), hint: /an EventEmitter .*emit\(\) and on\(\)/ },
  "an emitter with listeners and fields": { value: emitter, hint: /an Emitter .*emit\(\) and on\(\)/ },
  EventTarget: { value: new EventTarget(), hint: /an EventTarget .*emit\(\) and on\(\)/ },
  Event: { value: new Event("x"), hint: /an Event .*send what the worker needs/ },
  MessagePort: { value: channel.port1, hint: /a MessagePort / },
  Readable: { value: Readable.from([]), hint: /a Readable .*a result can be a stream/ },
  PassThrough: { value: new PassThrough(), hint: /a PassThrough .*a result can be a stream/ },
  ReadableStream: { value: new ReadableStream(), hint: /a ReadableStream .*a result can be a stream/ },
  KeyObject: { value: generateKeyPairSync("ed25519").publicKey, hint: /a PublicKeyObject .*its export\(\)/ },
  Promise: { value: Promise.resolve(), hint: /a Promise .*await it first/ },
  WeakRef: { value: new WeakRef({}), hint: /a WeakRef .*what it refers to/ },
  WeakMap: { value: new WeakMap(), hint: /a WeakMap .*a plain object/ },
  Timeout: { value: timer, hint: /a Timeout .*its delay/ },
  generator: { value: (function* () {})(), hint: /a Generator .*its values/ },
  "an iterator of a Map": { value: new Map().entries(), hint: /a Map Iterator .*a plain object/ },
  "a formatter of Intl": { value: new Intl.NumberFormat("en"), hint: /Intl\.NumberFormat .*a plain object/ },
  "an instance with nothing but private state": { value: new Secret(), hint: /a Secret .*a plain object/ },
};

function send(value: unknown): unknown {
  return decodeFrames(encodeFrames([{ type: FrameType.Call, values: [value] }]), [9])[0]?.values?.[0];
}

describe("an argument that would arrive as an empty object", () => {
  for (const [name, { value, hint }] of Object.entries(REFUSED))
    it(`is refused by name, wherever it is: ${name}`, () => {
      const cycle: unknown[] = [value];
      cycle.push(cycle);
      const among = Array.from({ length: 100 }, (_, index) => (index === 70 ? { value } : { index }));
      const sparse: unknown[] = [];
      sparse[1_000_000_000] = value;
      const places = [value, { deep: [{ value }] }, new Map([[value, 1]]), new Set([value]), cycle, among, sparse];
      for (const place of places) assert.throws(() => send(place), { message: hint });
    });

  it("is none of what arrives as what is in it", () => {
    const error = new TypeError("no");
    for (const value of [{}, [], new Map(), new Set(), { a: {} }, new Date(0), /x/, Object(1), error])
      assert.deepEqual(send(value), value);
    assert.deepEqual(send(Object.create(null)), {});
    assert.deepEqual(send(new Point()), { x: 1, y: { z: 2 } });
    assert.deepEqual(send({ isTrusted: true, list: [new Map([["isTrusted", {}]])] }), {
      isTrusted: true,
      list: [new Map([["isTrusted", {}]])],
    });
    assert.deepEqual(send([vm.runInNewContext("({ a: {} })")]), [{ a: {} }]);
  });
});
