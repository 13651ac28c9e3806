/** `desktop-fork thumbnails`: doing it, with signals, reports and exit codes. */
import path from "node:path";
import { ForkError } from "../base/errors.js";
import { userCacheFolder } from "../thumbnails/cache.js";
import { measureChildProcess } from "../thumbnails/compare.js";
import { makeThumbnails } from "../thumbnails/job.js";
import { argumentOctets } from "../thumbnails/paths.js";
import type { ThumbnailSize } from "../thumbnails/sizes.js";
import { ForkedWorkers } from "../thumbnails/workers.js";
import { ExitCode } from "./exit-code.js";
import { chooseReporter, type Reporter } from "./reporter.js";
import { onSignals } from "./signals.js";

export interface ThumbnailArguments {
  size?: ThumbnailSize[];
  out?: string;
  jobs: number;
  timeout: number;
  force?: boolean;
  json?: boolean;
  compare: boolean;
}

export async function runThumbnails(folders: readonly string[], options: ThumbnailArguments): Promise<ExitCode> {
  const reporter = chooseReporter(options.json ?? false);
  const abort = new AbortController();
  const signals = onSignals(abort);
  const workers = new ForkedWorkers();
  try {
    const roots = folders.length > 0 ? argumentOctets(folders) : [await sampleFolder(workers, reporter, abort.signal)];
    const { size: sizes, out, jobs, force = false, timeout } = options;
    const summary = await makeThumbnails({
      ...{ roots, sizes, out, jobs, force, timeoutMs: timeout * 1000, workers, signal: abort.signal },
      onFound: (total) => reporter.found(total),
      onPicture: (report) => reporter.picture(report),
      onTrouble: (folder, error) => reporter.trouble(folder, error),
    });
    const compare = options.compare && summary.memory !== undefined && workers.template.strategy === "fork";
    reporter.end(summary, compare ? await measureChildProcess() : undefined);
    return ExitCode.Done;
  } catch (error) {
    if (abort.signal.aborted) {
      reporter.interrupted();
      return signals.exitCode;
    }
    reporter.failed(error as Error);
    if (!(error instanceof ForkError)) throw error;
    return ExitCode.Failed;
  } finally {
    signals.stop();
    workers.close();
  }
}

async function sampleFolder(workers: ForkedWorkers, reporter: Reporter, signal: AbortSignal): Promise<string> {
  const folder = path.join(userCacheFolder(), "desktop-fork", "samples");
  reporter.notice(`No folder was named: these are sample pictures in ${folder}`);
  await workers.makeSamples(folder, signal);
  return folder;
}
