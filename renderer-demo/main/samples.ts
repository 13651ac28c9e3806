/** Pictures for those who have named no folder. */
import path from "node:path";
import { userCacheFolder } from "../../main/thumbnails/cache.js";
import { ForkedWorkers } from "../../main/thumbnails/workers.js";

/** @returns the path of their folder, which is filled once */
export async function samplePictures(): Promise<string> {
  const folder = path.join(userCacheFolder(), "desktop-fork", "samples");
  const workers = new ForkedWorkers();
  try {
    await workers.makeSamples(folder);
  } finally {
    workers.close();
  }
  return folder;
}
