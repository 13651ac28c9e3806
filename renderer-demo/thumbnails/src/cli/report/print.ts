/** Lines for standard output and standard error. */
import type { ThumbnailErrorCode } from "../../errors.js";
import { colours } from "./colours.js";

/** Unlike `console.log`, which hides that a line could not be written: the stream's "error" event tells. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const REMEDIES: Partial<Record<string, string>> = {
  ERR_THUMBNAIL_FOLDER: "name a folder or a picture that you may read",
  ERR_THUMBNAIL_CACHE: "make it writable, or choose another folder with --out",
  ERR_THUMBNAIL_SAMPLES: "name a folder of pictures of your own",
} satisfies Partial<Record<ThumbnailErrorCode, string>>;

/** One line that says what is wrong, and what to do. */
export function printError(error: Error): void {
  const { code = error.name } = error as NodeJS.ErrnoException;
  const remedy = REMEDIES[code];
  const message = remedy === undefined ? error.message : `${error.message} (${remedy})`;
  console.error(`${colours.red("error")} ${code}: ${message}`);
}
