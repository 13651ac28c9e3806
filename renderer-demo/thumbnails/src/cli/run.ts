/** A run of the command, with signals, reports and exit codes. */
import { ForkError } from "desktop-fork";
import type { ThumbnailSize } from "../cache/sizes.js";
import { ThumbnailError } from "../errors.js";
import { ForkedWorkers } from "../job/forked-workers.js";
import { makeThumbnails } from "../job/make-thumbnails.js";
import { measureChildProcess } from "../memory/child-process.js";
import { argumentOctets } from "../pictures/paths.js";
import { sampleFolder, samplePictures } from "../samples/sample-pictures.js";
import { ExitCode } from "./exit-code.js";
import type { Interruption } from "./interruption.js";
import { chooseReporter } from "./report/choose-reporter.js";
import type { Reporter } from "./report/reporter.js";

export interface ThumbnailArguments {
  size?: ThumbnailSize[];
  out?: string;
  jobs: number;
  timeout: number;
  force?: boolean;
  json?: boolean;
  compare: boolean;
}

export async function runThumbnails(
  folders: readonly string[],
  options: ThumbnailArguments,
  interruption: Interruption,
): Promise<ExitCode> {
  const { signal } = interruption;
  const reporter = chooseReporter(options.json ?? false);
  const workers = new ForkedWorkers();
  try {
    const roots = folders.length > 0 ? argumentOctets(folders) : [await samples(workers, reporter, signal)];
    const { size: sizes, out, jobs, force = false, timeout } = options;
    const summary = await makeThumbnails({
      ...{ roots, sizes, out, jobs, force, timeoutMs: timeout * 1000, workers, signal },
      onFound: (total) => reporter.found(total),
      onPicture: (report) => reporter.picture(report),
      onTrouble: (folder, error) => reporter.trouble(folder, error),
    });
    const compare = options.compare && summary.memory !== undefined && workers.template.strategy === "fork";
    reporter.end(summary, compare ? await measureChildProcess() : undefined);
    return interruption.exitCode ?? ExitCode.Done;
  } catch (error) {
    if (interruption.exitCode !== undefined) {
      reporter.interrupted();
      return interruption.exitCode;
    }
    reporter.failed(error as Error);
    if (!(error instanceof ForkError || error instanceof ThumbnailError)) throw error;
    return ExitCode.Failed;
  } finally {
    workers.close();
  }
}

function samples(workers: ForkedWorkers, reporter: Reporter, signal: AbortSignal): Promise<string> {
  reporter.notice(`No folder was named: these are sample pictures in ${sampleFolder()}`);
  return samplePictures({ template: workers.template, signal });
}
