/** What the job asks of a worker, and what it answers. */

export interface Target {
  /** Longest side in pixels. */
  pixels: number;
  /** Where the thumbnail shall be in the end. */
  file: string;
  /** Where it is written first, in the same folder. */
  temporary: string;
}

export interface PictureRequest {
  /** The path's octets as Latin-1 characters. */
  path: string;
  uri: string;
  targets: Target[];
}

/**
 * Whose fault it was: the picture's (a thumbnail can't be made of it until it changes), the file's (it could not be
 * read this time), or the cache's (nothing can be written).
 */
export type Blame = "picture" | "file" | "cache";

export type PictureReply = { made: true; pid: number } | PictureFailure;

export interface PictureFailure {
  blame: Blame;
  code?: string;
  message: string;
  /** The worker that had the picture. */
  pid: number | undefined;
}
