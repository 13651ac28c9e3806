/** What a job may be asked for, and what it tells. */
import type { ThumbnailSize } from "../cache/sizes.js";
import type { MemorySummary } from "../memory/memory-record.js";
import type { WorkerSource } from "./forked-workers.js";

export interface ThumbnailOptions {
  /** Folders, and single pictures. Octets for names that are not UTF-8. */
  roots: readonly (string | Uint8Array)[];
  /** Default: `large`, which is what file managers show most. */
  sizes?: readonly ThumbnailSize[] | undefined;
  /** A folder laid out like the cache, instead of the cache that all programs share. */
  out?: string | undefined;
  /** Workers at a time. Default: as many as there are processors for this program. */
  jobs?: number;
  /** Also makes what is there and valid, and tries again what failed before. */
  force?: boolean;
  /** How long one picture may take, in milliseconds. Default: 120,000. */
  timeoutMs?: number;
  /** Aborting ends all workers at once, leaves no half-written file, and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called when there are more pictures than known before. */
  onFound?(total: number): void;
  /** Called once for each picture. */
  onPicture?(report: PictureReport): void;
  /** Called for each folder that could not be looked at. */
  onTrouble?(path: Buffer, error: Error): void;
  /** Where workers come from; yours to close. Default: a template of the job's own. */
  workers?: WorkerSource;
}

export type PictureState = "made" | "up-to-date" | "failed" | "failed-before";

export interface PictureReport {
  path: Buffer;
  uri: string;
  state: PictureState;
  /** Why it failed. */
  reason?: string;
}

export interface ThumbnailSummary {
  pictures: number;
  made: number;
  upToDate: number;
  /** Tried now, and failed. */
  failed: number;
  /** Not tried: a record in the cache says that it would fail. */
  failedBefore: number;
  seconds: number;
  /** Those that a worker was needed for. */
  picturesPerSecond: number;
  /** Started in all, those that took the place of dead ones included. */
  workers: number;
  memory: MemorySummary | undefined;
}
