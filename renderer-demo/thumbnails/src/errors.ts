/** Every error that this package makes, and its code. */

export type ThumbnailErrorCode =
  /** A folder of pictures does not exist or can't be read; `cause` has the errno. */
  | "ERR_THUMBNAIL_FOLDER"
  /** The thumbnail cache, or the folder of sample pictures, can't be written; `cause` has the errno. */
  | "ERR_THUMBNAIL_CACHE"
  /** The package `sharp` is not installed, or not for this platform; `cause` is the loader's error. */
  | "ERR_THUMBNAIL_PACKAGE"
  /** The worker that draws sample pictures ended before they were done. */
  | "ERR_THUMBNAIL_SAMPLES";

/** What this package rejects with, beside the library's own `ForkError` and the `AbortError` of a signal. */
export class ThumbnailError extends Error {
  override readonly name = "ThumbnailError";
  readonly code: ThumbnailErrorCode;

  constructor(code: ThumbnailErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** @param root the cache's folder */
export function cacheError(root: string, cause: unknown): ThumbnailError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ThumbnailError("ERR_THUMBNAIL_CACHE", `the thumbnail cache '${root}' can't be written: ${why}`, { cause });
}

/** @returns a better error when sharp could not be loaded: ERR_THUMBNAIL_PACKAGE */
export function explainMissing(error: Error): Error {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  const isMissing = cause?.code === "ERR_MODULE_NOT_FOUND" || cause?.code === "MODULE_NOT_FOUND";
  if (isMissing && cause.message.includes("'sharp'"))
    return new ThumbnailError("ERR_THUMBNAIL_PACKAGE", packageMessage("which is not installed", "npm install sharp"), {
      cause,
    });
  if (cause?.message?.startsWith('Could not load the "sharp" module'))
    return new ThumbnailError(
      "ERR_THUMBNAIL_PACKAGE",
      packageMessage("whose binary for this platform is missing", "npm install --include=optional sharp"),
      { cause },
    );
  return error;
}

function packageMessage(what: string, remedy: string): string {
  return `thumbnails are made by the package "sharp", ${what}; run: ${remedy}`;
}
