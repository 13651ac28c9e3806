/** One picture's thumbnails, from the file to the files. Runs in workers. */
import fs from "node:fs";
import sharp, { type Metadata, type Sharp } from "sharp";
import { insertTexts } from "../cache/png.js";
import { FILE_MODE, identity, mtimeSeconds } from "../cache/thumbnail-cache.js";
import { mediaType } from "../pictures/formats.js";
import type { PictureRequest, Target } from "./request.js";

/** Pictures that stream through: 32,767 pixels square is a third of what JPEG can name. */
const MAX_STREAMED_PIXELS = 32_767 ** 2;
/** Pictures that a decoder has to hold as a whole, about 1 GB: the largest that WebP can be, and sharp's own limit. */
const MAX_WHOLE_PIXELS = 16_383 ** 2;

/** The picture itself can't be shown; anything else that is thrown is about reading the file. */
export class BadPicture extends Error {}

/** The thumbnail can't be written. */
export class BadCache extends Error {}

/** @throws BadPicture, BadCache, or the errno of what kept the file from being read */
export async function renderPicture({ path, uri, targets }: PictureRequest): Promise<void> {
  // Not blocking: a named pipe may have taken the picture's place.
  const fd = fs.openSync(Buffer.from(path, "latin1"), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const stats = fs.fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw new Error("it is no regular file any more");
    if (stats.size === 0n) throw new BadPicture("the file is empty");
    const { pictures, metadata } = await decode(fileOf(fd, path), targets);
    const texts = identity(uri, mtimeSeconds(stats));
    texts.set("Thumb::Size", String(stats.size));
    texts.set("Thumb::Mimetype", mediaType(metadata.format, metadata.compression));
    texts.set("Thumb::Image::Width", String(metadata.autoOrient.width));
    texts.set("Thumb::Image::Height", String(metadata.autoOrient.height));
    for (const [target, png] of pictures) write(target, insertTexts(png, texts));
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * A name that sharp takes for what is open as `fd`: any file name will do, no text after it counts as options, and the
 * state that is read is the one whose time is recorded.
 */
function fileOf(fd: number, path: string): string {
  const descriptor = `/proc/self/fd/${fd}`;
  return fs.existsSync(descriptor) ? descriptor : Buffer.from(path, "latin1").toString();
}

async function decode(
  file: string,
  targets: readonly Target[],
): Promise<{ pictures: Map<Target, Buffer>; metadata: Metadata }> {
  try {
    const picture = sharp(file, { failOn: "error", limitInputPixels: MAX_STREAMED_PIXELS, sequentialRead: true });
    const metadata = await picture.metadata();
    checkSize(metadata);
    return { pictures: await shrink(picture.autoOrient(), targets), metadata };
  } catch (error) {
    if (error instanceof BadPicture) throw error;
    throw new BadPicture(reasonOf(error as Error, file), { cause: error });
  }
}

/** The largest is made of the picture, the others of the largest. */
async function shrink(picture: Sharp, targets: readonly Target[]): Promise<Map<Target, Buffer>> {
  const [largest, ...others] = targets.toSorted((a, b) => b.pixels - a.pixels) as [Target, ...Target[]];
  const shrunk = fit(picture, largest).toColourspace("srgb");
  if (others.length === 0) return new Map([[largest, await shrunk.png().toBuffer()]]);
  const { data, info } = await shrunk.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pictures = new Map<Target, Buffer>();
  for (const target of targets) {
    const raw = sharp(data, { raw: { width, height, channels } });
    pictures.set(target, await fit(raw, target).png().toBuffer());
  }
  return pictures;
}

function fit(picture: Sharp, { pixels }: Target): Sharp {
  return picture.resize({ width: pixels, height: pixels, fit: "inside", withoutEnlargement: true });
}

function checkSize({ format, width, height, isProgressive }: Metadata): void {
  const streams = (format === "jpeg" || format === "png" || format === "tiff" || format === "svg") && !isProgressive;
  const most = streams ? MAX_STREAMED_PIXELS : MAX_WHOLE_PIXELS;
  if (width * height > most)
    throw new BadPicture(`${width} x ${height} pixels are too many: at most ${most} can be read of this format`);
}

/** sharp's message in one line, without the name that it was given. */
function reasonOf(error: Error, file: string): string {
  const lines = error.message.split("\n").map((line) => line.replaceAll(file, "the file").trim());
  return [...new Set(lines.filter(Boolean))].join("; ");
}

function write({ file, temporary }: Target, octets: Uint8Array): void {
  try {
    fs.writeFileSync(temporary, octets, { mode: FILE_MODE, flag: "wx" });
    fs.renameSync(temporary, file);
  } catch (cause) {
    throw new BadCache((cause as Error).message, { cause });
  }
}
