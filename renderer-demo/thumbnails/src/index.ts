/** desktop-fork-thumbnails: thumbnails of picture folders, made by workers that are forked from one template. */
export { ThumbnailError, type ThumbnailErrorCode } from "./errors.js";
export { requestFor } from "./job/check.js";
export { ForkedWorkers, type PicturePool, pictureRuntime, type WorkerSource } from "./job/forked-workers.js";
export { makeThumbnails } from "./job/make-thumbnails.js";
export type { PictureReport, PictureState, ThumbnailOptions, ThumbnailSummary } from "./job/options.js";
export { measureChildProcess } from "./memory/child-process.js";
export type { MemorySummary } from "./memory/memory-record.js";
export { ownMemory } from "./memory/own-memory.js";
export { type SampleOptions, sampleFolder, samplePictures } from "./samples/sample-pictures.js";
export type { PictureFailure, PictureReply, PictureRequest } from "./worker/request.js";
