/** desktop-fork-thumbnails/cache: the freedesktop thumbnail cache, its names, and the texts in its files. */
export { emptyPng, insertTexts, PNG_END, readTexts } from "./png.js";
export { isThumbnailSize, THUMBNAIL_SIZES, type ThumbnailSize } from "./sizes.js";
export { SOFTWARE, VERSION } from "./software.js";
export {
  discard,
  isValid,
  mtimeSeconds,
  sharedThumbnails,
  ThumbnailCache,
  userCacheFolder,
} from "./thumbnail-cache.js";
export { fileUri, thumbnailName } from "./uri.js";
