/** desktop-fork-thumbnails/worker: what a pool's worker runs. Pictures come as its jobs, one at a time. */
import { emit } from "desktop-fork/worker";
import sharp from "sharp";
import { ownMemory } from "../memory/own-memory.js";
import { BadCache, BadPicture, renderPicture } from "./render.js";
import type { PictureReply, PictureRequest } from "./request.js";

export { BadCache, BadPicture, renderPicture } from "./render.js";
export type { PictureReply, PictureRequest, Target } from "./request.js";

/** Before the first picture. */
export async function init(): Promise<void> {
  // Ctrl-C reaches every process of the terminal; the parent decides what becomes of the picture under way.
  process.on("SIGINT", () => {});
  // One worker has one processor, and never sees a picture twice.
  sharp.concurrency(1);
  sharp.cache(false);
  await tellMemory("start");
}

export async function makeThumbnail(request: PictureRequest): Promise<PictureReply> {
  const { pid } = process;
  try {
    await renderPicture(request);
    return { made: true, pid };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const blame = error instanceof BadPicture ? "picture" : error instanceof BadCache ? "cache" : "file";
    return { blame, message, pid, ...(typeof code === "string" ? { code } : {}) };
  }
}

/** After the last picture. */
export async function done(): Promise<void> {
  await tellMemory("end");
}

async function tellMemory(moment: "start" | "end"): Promise<void> {
  const bytes = await ownMemory(process.pid);
  if (bytes !== undefined) emit("memory", moment, bytes);
}
