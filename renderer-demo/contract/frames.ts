/** Events as WebSocket messages: JSON text, or JSON with octets behind it. */
import type { GalleryEvent } from "./events.js";

const LENGTH_BYTES = 4;

/** @returns text for an event without octets; otherwise the length of the JSON (u32, little-endian), the JSON, the octets */
export function encodeEvent(event: GalleryEvent): string | Uint8Array {
  if (!("octets" in event)) return JSON.stringify(event);
  const { octets, ...rest } = event;
  const json = new TextEncoder().encode(JSON.stringify(rest));
  const frame = new Uint8Array(LENGTH_BYTES + json.length + octets.length);
  new DataView(frame.buffer).setUint32(0, json.length, true);
  frame.set(json, LENGTH_BYTES);
  frame.set(octets, LENGTH_BYTES + json.length);
  return frame;
}

export function decodeEvent(frame: string | ArrayBuffer): GalleryEvent {
  if (typeof frame === "string") return JSON.parse(frame) as GalleryEvent;
  const end = LENGTH_BYTES + new DataView(frame).getUint32(0, true);
  const json = new TextDecoder().decode(new Uint8Array(frame, LENGTH_BYTES, end - LENGTH_BYTES));
  return { ...JSON.parse(json), octets: new Uint8Array(frame, end) } as GalleryEvent;
}

/** The WebSocket subprotocol, and the prefix of the one that carries the token: it is in no address and in no log. */
export const PROTOCOL = "desktop-fork-gallery-1";
export const TOKEN_PROTOCOL_PREFIX = "token.";
