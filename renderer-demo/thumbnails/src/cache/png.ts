/** The text chunks of PNG files, where thumbnails say what they are of. */
import zlib from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** length u32, type 4 octets; then the data and a checksum u32; all big-endian */
const CHUNK_HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;
const IHDR_BYTES = 13;
/** The signature and the first chunk, which is always IHDR. */
const HEAD_BYTES = SIGNATURE.length + CHUNK_HEADER_BYTES + IHDR_BYTES + CHECKSUM_BYTES;

/** What every whole PNG file ends with. */
export const PNG_END = chunk("IEND", Buffer.alloc(0));

/**
 * @param png octets of a whole PNG file
 * @param texts keyword and text, both Latin-1 without NUL
 * @returns the same file with the texts before the pixels, where readers look for them
 */
export function insertTexts(png: Uint8Array, texts: ReadonlyMap<string, string>): Buffer {
  const chunks = [...texts].map(([keyword, text]) => chunk("tEXt", Buffer.from(`${keyword}\0${text}`, "latin1")));
  return Buffer.concat([png.subarray(0, HEAD_BYTES), ...chunks, png.subarray(HEAD_BYTES)]);
}

/**
 * @param start the first octets of a file
 * @returns the texts before the pixels as far as `start` goes; undefined when it is no PNG
 */
export function readTexts(start: Buffer): Map<string, string> | undefined {
  if (!start.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  const texts = new Map<string, string>();
  for (let offset = SIGNATURE.length; offset + CHUNK_HEADER_BYTES <= start.length; ) {
    const length = start.readUInt32BE(offset);
    const type = start.toString("latin1", offset + 4, offset + CHUNK_HEADER_BYTES);
    const end = offset + CHUNK_HEADER_BYTES + length;
    if (type === "IDAT" || end > start.length) break;
    if (type === "tEXt") {
      const [keyword = "", ...text] = start.toString("latin1", offset + CHUNK_HEADER_BYTES, end).split("\0");
      texts.set(keyword, text.join("\0"));
    }
    offset = end + CHECKSUM_BYTES;
  }
  return texts;
}

/** A PNG file of one transparent pixel. */
export function emptyPng(): Buffer {
  const header = Buffer.alloc(IHDR_BYTES);
  header.writeUInt32BE(1, 0);
  header.writeUInt32BE(1, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA, the only compression and filter, not interlaced
  const pixels = zlib.deflateSync(Buffer.alloc(5)); // filter type and RGBA
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", pixels), PNG_END]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(zlib.crc32(body));
  return Buffer.concat([length, body, checksum]);
}
