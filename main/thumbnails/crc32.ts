/** PNG's checksum: Node's own from 20.15 and 22.2 on. */
import zlib from "node:zlib";

const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

export function crc32ByTable(octets: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of octets) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] as number);
  return ~value >>> 0;
}

export const crc32: (octets: Uint8Array) => number = zlib.crc32 ?? crc32ByTable;
