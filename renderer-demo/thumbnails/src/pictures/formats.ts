/** Which files are pictures that sharp's own build reads. */
import { type FileHandle, open } from "node:fs/promises";

const EXTENSIONS = new Set(
  "jpg jpeg jpe jfif png webp gif avif tif tiff svg svgz".split(" ").map((extension) => `.${extension}`),
);

/** Enough for the longest magic number, and for the start of most SVG files. */
const MAGIC_BYTES = 512;

/** Octets as Latin-1 characters, and where they are. */
const MAGIC: readonly [offset: number, octets: string][] = [
  [0, "\xff\xd8\xff"],
  [0, "\x89PNG\r\n\x1a\n"],
  [0, "GIF8"],
  [0, "II*\0"],
  [0, "MM\0*"],
  [8, "WEBP"],
  [4, "ftypavif"],
  [4, "ftypavis"],
];
const SVG = /^(\xef\xbb\xbf)?\s*<(?:svg|[?!].*<svg)\b/s;

/**
 * Judged by name alone; undefined: the name has no extension, so only {@link hasPictureMagic} can tell.
 * @param name octets, perhaps as Latin-1 characters
 */
export function isPictureName(name: Buffer | string): boolean | undefined {
  const text = typeof name === "string" ? name : name.toString("latin1");
  const dot = text.lastIndexOf(".");
  return dot <= 0 ? undefined : EXTENSIONS.has(text.slice(dot).toLowerCase());
}

/** Judged by the first octets of a regular file. False for what can't be read. */
export async function hasPictureMagic(path: Buffer): Promise<boolean> {
  const start = await readStart(path);
  return MAGIC.some(([offset, octets]) => start.startsWith(octets, offset)) || SVG.test(start);
}

async function readStart(path: Buffer): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } catch {
    return "";
  } finally {
    await file?.close();
  }
}

/** The media type of what sharp calls `format`. */
export function mediaType(format: string | undefined, compression?: string): string {
  if (format === "svg") return "image/svg+xml";
  if (format === "heif") return compression === "av1" ? "image/avif" : "image/heif";
  return `image/${format ?? "unknown"}`;
}
