/** The worker's side: pictures come one at a time over the socket, and an answer goes back for each. */
import type { Duplex } from "node:stream";
import sharp from "sharp";
import { readLines, sendLine } from "./lines.js";
import { BadCache, BadPicture, renderPicture } from "./render.js";
import type { PictureReply, PictureRequest } from "./request.js";

/** Serves until the other side ends the socket. */
export async function makeThumbnails(socket: Duplex): Promise<void> {
  // Ctrl-C reaches every process of the terminal; the parent decides what becomes of the picture under way.
  process.on("SIGINT", () => {});
  // One worker has one processor, and never sees a picture twice.
  sharp.concurrency(1);
  sharp.cache(false);
  for await (const request of readLines(socket)) sendLine(socket, await answer(request as PictureRequest));
  socket.end();
}

async function answer(request: PictureRequest): Promise<PictureReply> {
  try {
    await renderPicture(request);
    return { made: true };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const blame = error instanceof BadPicture ? "picture" : error instanceof BadCache ? "cache" : "file";
    return { blame, message, ...(typeof code === "string" ? { code } : {}) };
  }
}
