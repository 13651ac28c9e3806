/** Thumbnails of picture folders, made by workers forked from one template. */
export { sharedThumbnails, ThumbnailCache, userCacheFolder } from "./cache.js";
export { measureChildProcess } from "./compare.js";
export {
  makeThumbnails,
  type PictureReport,
  type PictureState,
  type ThumbnailOptions,
  type ThumbnailSummary,
} from "./job.js";
export type { MemorySummary } from "./memory-record.js";
export { isThumbnailSize, THUMBNAIL_SIZES, type ThumbnailSize } from "./sizes.js";
export { fileUri, thumbnailName } from "./uri.js";
export { ForkedWorkers, type WorkerSource } from "./workers.js";
