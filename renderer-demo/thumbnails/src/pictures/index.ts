/** desktop-fork-thumbnails/pictures: finding pictures in folders, by paths that are octets. */
export { hasPictureMagic, isPictureName, mediaType } from "./formats.js";
export { argumentOctets, joinPath, resolvePath, showPath } from "./paths.js";
export { type Candidate, type ScanOptions, scan } from "./scan.js";
