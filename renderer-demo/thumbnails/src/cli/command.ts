/** `desktop-fork-thumbnails`: what may be asked for. */
import os from "node:os";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { isThumbnailSize, THUMBNAIL_SIZES, type ThumbnailSize } from "../cache/sizes.js";
import { VERSION } from "../cache/software.js";
import type { Interruption } from "./interruption.js";
import { runThumbnails, type ThumbnailArguments } from "./run.js";

const MAX_JOBS = 1024;
const MAX_TIMEOUT_S = 24 * 60 * 60;

const HELP = `
Sizes (longest side in pixels): ${Object.entries(THUMBNAIL_SIZES)
  .map(([name, pixels]) => `${name} ${pixels}`)
  .join(", ")}.

Pictures are JPEG, PNG, WebP, GIF, AVIF, TIFF and SVG files. Valid thumbnails are left alone, and so are pictures that
failed before and have not changed since.

Exit codes: 0 done, also when some pictures could not be read; 1 the job could not be done; 2 bad usage; 129, 130, 143
ended by a signal (130: Ctrl-C); 141 nobody reads the output any more. A second Ctrl-C ends at once.`;

export function thumbnailsCommand(interruption: Interruption): Command {
  return new Command("desktop-fork-thumbnails")
    .description(
      "Makes a thumbnail of every picture below the folders, in the cache that all programs of the desktop share.",
    )
    .version(VERSION)
    .showHelpAfterError("(add --help for what is possible)")
    .exitOverride()
    .addArgument(new Argument("[folder...]", "folders or pictures; without any, sample pictures are made and used"))
    .addOption(
      new Option("-s, --size <sizes>", "one size, or a list with commas; may be repeated (default: large)").argParser(
        parseSizes,
      ),
    )
    .option("-o, --out <folder>", "a folder of your own instead of the cache, laid out in the same way")
    .addOption(
      new Option("-j, --jobs <count>", "workers at a time")
        .argParser((text) => parseCount(text, MAX_JOBS))
        .default(os.availableParallelism(), "one for each processor"),
    )
    .addOption(
      new Option("-t, --timeout <seconds>", "how long one picture may take")
        .argParser((text) => parseCount(text, MAX_TIMEOUT_S))
        .default(120),
    )
    .option("-f, --force", "make valid thumbnails again, and try again what failed before")
    .option("--json", "one line of JSON for each picture, and one for the summary")
    .option("--no-compare", "don't start a child process at the end to compare its memory")
    .addHelpText("after", HELP)
    .action(async (folders: string[], options: ThumbnailArguments) => {
      process.exitCode = await runThumbnails(folders, options, interruption);
    });
}

function parseSizes(text: string, before: readonly ThumbnailSize[] = []): ThumbnailSize[] {
  const names = text.split(",");
  if (!names.every(isThumbnailSize))
    throw new InvalidArgumentError(`Sizes are ${Object.keys(THUMBNAIL_SIZES).join(", ")}.`);
  return [...new Set([...before, ...names])];
}

function parseCount(text: string, most: number): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > most)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  return count;
}
