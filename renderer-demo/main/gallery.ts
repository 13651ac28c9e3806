/** All that the pages share: the processes, the counts, and what the panel's buttons do. */
import { createRequire } from "node:module";
import os from "node:os";
import { type PictureRequest, requestFor } from "desktop-fork-thumbnails";
import { discard, fileUri, sharedThumbnails, ThumbnailCache } from "desktop-fork-thumbnails/cache";
import type { Octets } from "../contract/checks.js";
import type { Fields } from "../contract/commands.js";
import type { ProgramsDone } from "../contract/events.js";
import type { ThumbnailReply } from "../worker/thumbnail.js";
import { usualPlaces } from "./folder/browse.js";
import { Forks } from "./forks.js";
import { type Host, Session } from "./page/session.js";
import type { Transport } from "./page/transport.js";
import { Ballast, mostBallast } from "./panel/ballast.js";
import { startPrograms } from "./panel/programs.js";
import { PulseMaker } from "./panel/pulse-maker.js";
import { Counts } from "./pictures/counts.js";
import { ABORT_GRACE_MS, PictureWorkers } from "./pictures/picture-workers.js";
import type { Wish } from "./pictures/supply.js";

/** The library's. */
const { version } = createRequire(import.meta.url)("desktop-fork/package.json") as { version: string };

export interface GalleryOptions {
  /** Shown to every page first. */
  folder?: Octets | undefined;
  /** Default: as many as there are processors. */
  workers?: number | undefined;
  /** What the people who run the program should know. Default: nothing is said. */
  report?: ((message: string) => void) | undefined;
}

export class Gallery implements Host {
  readonly forks = new Forks();
  readonly workers: PictureWorkers;
  readonly counts = new Counts();
  readonly ballast = new Ballast();
  readonly #options: GalleryOptions;
  readonly #cache = new ThumbnailCache(sharedThumbnails());
  readonly #sessions = new Set<Session>();
  readonly #pulses: PulseMaker;
  readonly #underWay = new Set<PictureRequest>();
  #programs: Promise<unknown> = Promise.resolve();

  /** @throws ThumbnailError ERR_THUMBNAIL_CACHE when no thumbnails can be kept */
  constructor(options: GalleryOptions = {}) {
    this.#options = options;
    this.#cache.prepare(["large", "xx-large"]);
    this.workers = new PictureWorkers(this.forks, options.workers ?? os.availableParallelism());
    const { forks, workers, counts, ballast } = this;
    this.#pulses = new PulseMaker({ sessions: this.#sessions, forks, workers, counts, ballast });
  }

  /** A page has come. */
  open(transport: Transport): Session {
    const session = new Session(this, transport);
    void this.#welcome(session);
    return session;
  }

  forget(session: Session): void {
    this.#sessions.delete(session);
  }

  report(message: string): void {
    this.#options.report?.(message);
  }

  /** @throws ForkError as the pool's run(); AbortError */
  async thumbnail({ path, name, size, octets, signal }: Wish): Promise<ThumbnailReply> {
    const request = requestFor({ path, uri: fileUri(path), missing: [size] }, this.#cache);
    this.#underWay.add(request);
    try {
      const reply = await this.workers.run({ ...request, cache: this.#cache.root, octets, name }, signal);
      this.#underWay.delete(request);
      return reply;
    } catch (error) {
      // A worker that was told to stop may be at it for a while.
      setTimeout(() => this.#discard(request), signal?.aborted ? 2 * ABORT_GRACE_MS : 0).unref();
      throw error;
    }
  }

  /** Removes what workers that were killed have left half written. */
  discardUnfinished(): void {
    for (const request of this.#underWay) this.#discard(request);
  }

  /** @returns false when none of the gallery's processes has this pid */
  end(pid: number, signal: NodeJS.Signals): boolean {
    if (pid === this.forks.template.pid) return process.kill(pid, signal);
    const task = [...this.forks.tasks].find(({ process }) => process.pid === pid);
    return task === undefined ? this.workers.kill(pid, signal) : task.process.kill(signal);
  }

  async setBallast(megabytes: number): Promise<void> {
    await this.ballast.set(Math.min(megabytes, mostBallast() + Math.floor(this.ballast.size / 2 ** 20)));
  }

  /** One wish after the other, so that their figures are their own. */
  startPrograms(wish: Fields<"programs">): Promise<ProgramsDone> {
    const done = this.#programs.then(() => startPrograms(wish));
    this.#programs = done.catch(() => {});
    return done;
  }

  /** Ends everything. */
  async close(): Promise<void> {
    for (const session of this.#sessions) session.close();
    this.#pulses.close();
    await this.workers.close();
    this.discardUnfinished();
    this.forks.close();
  }

  #discard(request: PictureRequest): void {
    this.#underWay.delete(request);
    discard(request.targets.map(({ temporary }) => temporary));
  }

  async #welcome(session: Session): Promise<void> {
    const { transport } = session;
    const places = await usualPlaces();
    transport.send({
      name: "hello",
      transport: transport.kind,
      hasDialog: transport.chooseFolder !== undefined,
      version,
      node: process.version,
      processors: os.availableParallelism(),
      mostBallast: mostBallast(),
      places,
    });
    this.#sessions.add(session);
    if (this.#options.folder !== undefined) session.openFolder(this.#options.folder);
  }
}
