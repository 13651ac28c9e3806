/** What a reporter is told while a run goes on. */
import type { PictureReport, ThumbnailSummary } from "../../job/options.js";

export interface Reporter {
  notice(text: string): void;
  found(total: number): void;
  picture(report: PictureReport): void;
  /** A folder that could not be looked at. */
  trouble(folder: Buffer, error: Error): void;
  /** @param child own memory of a child process in a worker's place, in bytes */
  end(summary: ThumbnailSummary, child: number | undefined): void;
  interrupted(): void;
  /** The job can't be done. */
  failed(error: Error): void;
}
