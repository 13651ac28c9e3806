/** One line of JSON for each thing that happens, on standard output. */
import type { PictureReport, ThumbnailSummary } from "../../job/options.js";
import { print, printError } from "./print.js";
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

  end(summary: ThumbnailSummary, child: number | undefined): void {
    write({ event: "summary", ...summary, childProcess: child });
  }

  interrupted(): void {
    write({ event: "interrupted" });
  }

  failed(error: Error): void {
    write({ event: "error", ...describe(error) });
    printError(error);
  }
}

function describe(error: Error): { code: string | undefined; message: string } {
  return { code: (error as NodeJS.ErrnoException).code, message: error.message };
}

function write(line: object): void {
  print(JSON.stringify(line));
}
