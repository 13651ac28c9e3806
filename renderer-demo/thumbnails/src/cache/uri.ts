/** file: URIs, byte for byte as GLib's `g_filename_to_uri` makes them: the cache is keyed by their MD5. */
import { createHash } from "node:crypto";

const UNESCAPED = new Set(
  Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!$&'()*+,-./:=@_~"),
);

const ESCAPES = Array.from({ length: 256 }, (_, byte) =>
  UNESCAPED.has(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
);

/** @param path absolute; octets, because a file name need not be text */
export function fileUri(path: Uint8Array): string {
  let uri = "file://";
  for (const byte of path) uri += ESCAPES[byte];
  return uri;
}

/** What the cache calls the thumbnail of this URI. */
export function thumbnailName(uri: string): string {
  return `${createHash("md5").update(uri).digest("hex")}.png`;
}
