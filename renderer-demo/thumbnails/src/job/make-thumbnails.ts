/** The whole job: find the pictures, see what is missing, have workers make it, and count. */
import type { ThumbnailSize } from "../cache/sizes.js";
import { discard, sharedThumbnails, ThumbnailCache } from "../cache/thumbnail-cache.js";
import { cacheError, explainMissing } from "../errors.js";
import { MemoryRecord } from "../memory/memory-record.js";
import { resolvePath } from "../pictures/paths.js";
import { scan } from "../pictures/scan.js";
import type { PictureReply, PictureRequest } from "../worker/request.js";
import { type CheckedPicture, check, requestFor } from "./check.js";
import { ForkedWorkers, type PicturePool, type WorkerSource } from "./forked-workers.js";
import type { PictureState, ThumbnailOptions, ThumbnailSummary } from "./options.js";
import { Judge } from "./verdict.js";

const TIMEOUT_MS = 120_000;
/** The scan runs ahead so that a total is known soon, but not without bounds. */
const QUEUE_CAPACITY = 50_000;
/** Checks are waits for the disk. */
const CHECKERS = 4;

/**
 * Makes the thumbnails of every picture below the roots.
 * @throws ThumbnailError ERR_THUMBNAIL_FOLDER, ERR_THUMBNAIL_CACHE, ERR_THUMBNAIL_PACKAGE; the signal's reason when it
 * is aborted; ForkError when no worker can be started
 */
export async function makeThumbnails(options: ThumbnailOptions): Promise<ThumbnailSummary> {
  const own = options.workers === undefined ? new ForkedWorkers() : undefined;
  const job = new Job(options, options.workers ?? (own as ForkedWorkers));
  const kill = () => job.stop();
  process.on("exit", kill);
  try {
    return await job.run();
  } finally {
    process.off("exit", kill);
    own?.close();
  }
}

class Job {
  readonly #options: ThumbnailOptions;
  readonly #timeoutMs: number;
  readonly #sizes: readonly ThumbnailSize[];
  readonly #cache: ThumbnailCache;
  readonly #source: WorkerSource;
  readonly #memory = new MemoryRecord();
  readonly #judge = new Judge();
  /** What workers have begun and not answered: there may be something half done. */
  readonly #underWay = new Set<PictureRequest>();
  readonly #counts: Record<PictureState, number> = { made: 0, "up-to-date": 0, failed: 0, "failed-before": 0 };
  #pool: PicturePool | undefined;
  #found = 0;
  #failure: Error | undefined;

  constructor(options: ThumbnailOptions, source: WorkerSource) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#sizes = options.sizes ?? ["large"];
    this.#cache = new ThumbnailCache(options.out ?? sharedThumbnails());
    this.#source = source;
  }

  async run(): Promise<ThumbnailSummary> {
    const { signal } = this.#options;
    const startedMs = performance.now();
    const abort = () => this.#fail(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#cache.prepare(this.#sizes);
      await this.#find();
      await this.#pool?.close();
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    // A worker may have written on for a moment after it was killed; now all of them are gone.
    this.#discardHalfDone();
    if (this.#failure !== undefined) throw this.#failure;
    const seconds = (performance.now() - startedMs) / 1000;
    return { ...this.#tally(seconds), memory: await this.#memory.summary(this.#source) };
  }

  /** No more is begun, and what is under way ends at once. */
  stop(): void {
    void this.#pool?.terminate();
    this.#discardHalfDone();
  }

  #discardHalfDone(): void {
    for (const { targets } of this.#underWay) discard(targets.map(({ temporary }) => temporary));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.stop();
  }

  async #find(): Promise<void> {
    const candidates = scan({
      roots: this.#options.roots.map((root) => resolvePath(Buffer.from(root))),
      except: [this.#cache.root, sharedThumbnails()],
      onTrouble: this.#options.onTrouble,
    });
    const checker = async () => {
      for await (const candidate of candidates) {
        const picture = await check(candidate, {
          cache: this.#cache,
          sizes: this.#sizes,
          force: this.#options.force ?? false,
        });
        if (this.#failure !== undefined) return;
        if (picture === undefined) continue;
        this.#options.onFound?.(++this.#found);
        if (picture.state === "stale") await this.#queue(picture);
        else this.#report(picture, picture.state);
      }
    };
    try {
      await Promise.all(Array.from({ length: CHECKERS }, checker));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  async #queue(picture: CheckedPicture): Promise<void> {
    this.#pool ??= this.#newPool();
    await this.#pool.room();
    if (this.#failure !== undefined) return;
    this.#make(this.#pool, picture).catch((error) => this.#fail(error));
  }

  /** Workers, and what they are forked from, are there from the first picture on that needs one. */
  #newPool(): PicturePool {
    const { jobs: max } = this.#options;
    const pool = this.#source.pool({ max, maxQueue: QUEUE_CAPACITY, timeout: this.#timeoutMs });
    pool.on("event", ({ name, args }) => {
      if (name === "memory") this.#memory.note(...(args as ["start" | "end", number]));
    });
    return pool;
  }

  async #make(pool: PicturePool, picture: CheckedPicture): Promise<void> {
    const request = requestFor(picture, this.#cache);
    const onStart = () => this.#underWay.add(request);
    let reply: PictureReply;
    try {
      reply = await pool.run("makeThumbnail", [request], { onStart });
      this.#judge.answered(reply.pid);
      if ("made" in reply) this.#underWay.delete(request);
    } catch (error) {
      const verdict = this.#underWay.has(request) && this.#judge.verdict(error, this.#timeoutMs);
      if (!verdict) throw explainMissing(error as Error);
      reply = verdict;
    }
    if (this.#failure === undefined) this.#finish(picture, reply);
  }

  #finish(picture: CheckedPicture, reply: PictureReply): void {
    if ("made" in reply) return this.#report(picture, "made");
    if (reply.blame === "cache") throw cacheError(this.#cache.root, new Error(reply.message));
    if (reply.blame === "picture") this.#cache.recordFailure(picture.uri, picture.mtimeSeconds);
    this.#report(picture, "failed", reply.message);
  }

  #report({ path, uri }: CheckedPicture, state: PictureState, reason?: string): void {
    this.#counts[state]++;
    this.#options.onPicture?.({ path, uri, state, ...(reason !== undefined && { reason }) });
  }

  #tally(seconds: number): Omit<ThumbnailSummary, "memory"> {
    const { made, failed, "up-to-date": upToDate, "failed-before": failedBefore } = this.#counts;
    const pictures = made + failed + upToDate + failedBefore;
    const picturesPerSecond = (made + failed) / seconds;
    const workers = this.#pool?.stats().started ?? 0;
    return { pictures, made, upToDate, failed, failedBefore, seconds, picturesPerSecond, workers };
  }
}
