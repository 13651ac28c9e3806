/** Events as WebSocket messages. */
import assert from "node:assert/strict";
import test from "node:test";
import type { GalleryEvent } from "../../../renderer-demo/contract/events.js";
import { decodeEvent, encodeEvent } from "../../../renderer-demo/contract/frames.js";

function arrived(event: GalleryEvent): GalleryEvent {
  const frame = encodeEvent(event);
  return decodeEvent(typeof frame === "string" ? frame : (frame.buffer as ArrayBuffer));
}

test("an event without octets is text", () => {
  const event: GalleryEvent = { name: "notice", level: "info", text: "grüß dich \u{1f600}\n" };
  assert.equal(typeof encodeEvent(event), "string");
  assert.deepEqual(arrived(event), event);
});

test("octets come behind the rest, as they were", () => {
  const octets = Uint8Array.from({ length: 300 }, (_, index) => index);
  const event: GalleryEvent = { name: "thumbnail", folder: 2, picture: 4_294_967_295, octets };
  assert.deepEqual(arrived(event), event);
  assert.deepEqual(arrived({ ...event, octets: new Uint8Array() }), { ...event, octets: new Uint8Array() });
});

test("a part of a larger buffer is sent as that part", () => {
  const octets = Buffer.from("abcdef").subarray(2, 4);
  const event = arrived({ name: "view", folder: 1, picture: 1, octets });
  assert.deepEqual("octets" in event && [...event.octets], [99, 100]);
});
