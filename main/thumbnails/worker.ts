/** The worker's side: pictures come as jobs of a pool, one at a time. */
import sharp from "sharp";
import { emit } from "../../helper/rpc/worker.cjs";
import { readMemory } from "../metrics/memory.js";
import { BadCache, BadPicture, renderPicture } from "./render.js";
import type { PictureReply, PictureRequest } from "./request.js";

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
  const use = await readMemory(process.pid).catch(() => undefined);
  if (use !== undefined) emit("memory", moment, use.uss);
}
