/** One line of JSON for each thing that happens, on standard output. */
import type { ForkError } from "../base/errors.js";
import type { MemoryUse } from "../metrics/memory.js";
import type { PictureReport, ThumbnailSummary } from "../thumbnails/job.js";
import type { Reporter } from "./reporter.js";

export class JsonReporter implements Reporter {
  notice(message: string): void {
    write({ event: "notice", message });
  }

  found(): void {}

  /** The URI is exact; the path is text, and lossy where the name is not UTF-8. */
  picture({ path, ...report }: PictureReport): void {
    write({ event: "picture", path: path.toString(), ...report });
  }

  trouble(folder: Buffer, error: Error): void {
    write({ event: "trouble", path: folder.toString(), ...describe(error) });
  }

  end(summary: ThumbnailSummary, child: MemoryUse | undefined): void {
    write({ event: "summary", ...summary, childProcess: child });
  }

  interrupted(): void {
    write({ event: "interrupted" });
  }

  failed(error: Error): void {
    write({ event: "error", ...describe(error) });
    console.error(`error ${(error as ForkError).code ?? error.name}: ${error.message}`);
  }
}

function describe(error: Error): { code: string | undefined; message: string } {
  return { code: (error as NodeJS.ErrnoException).code, message: error.message };
}

function write(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
