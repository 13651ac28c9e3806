/** Gets a page the thumbnails of its folder: as many at a time as there are workers, always the most urgent ones. */
import { ForkError } from "desktop-fork";
import type { ThumbnailSize } from "desktop-fork-thumbnails/cache";
import type { GalleryEvent } from "../../contract/events.js";
import type { ThumbnailReply } from "../../worker/thumbnail.js";
import { explain } from "../folder/explain.js";
import type { OpenFolder } from "../folder/open-folder.js";
import type { Counts } from "./counts.js";
import { Demand, type Next } from "./demand.js";

/** So many more than workers, so that none has to wait for its next picture. */
const AHEAD = 2;
const SIZE = "large";
const VIEW_SIZE = "xx-large";

export interface Wish {
  path: Buffer;
  /** For people. */
  name: string;
  size: ThumbnailSize;
  /** Whether the octets are wanted, or only the file in the cache. */
  octets: boolean;
  signal?: AbortSignal;
}

/** Where thumbnails come from. */
export interface ThumbnailSource {
  readonly counts: Counts;
  readonly workers: { readonly count: number };
  /** @throws ForkError as the pool's run(); AbortError */
  thumbnail(wish: Wish): Promise<ThumbnailReply>;
}

export interface SupplyOptions {
  source: ThumbnailSource;
  folder: OpenFolder;
  send(event: GalleryEvent): void;
}

export class Supply {
  readonly #options: SupplyOptions;
  readonly #demand = new Demand();
  readonly #underWay = new Map<Next, AbortController>();
  #closed = false;

  constructor(options: SupplyOptions) {
    this.#options = options;
  }

  get filled(): number {
    return this.#demand.filled;
  }

  get waiting(): number {
    return this.#demand.waiting;
  }

  want(pictures: readonly number[]): void {
    const before = this.#demand.cancelled;
    this.#demand.want(pictures);
    this.#options.source.counts.cancelled += this.#demand.cancelled - before;
    const still = new Set(pictures);
    for (const [{ picture, purpose }, abort] of this.#underWay)
      if (purpose === "want" && !still.has(picture)) abort.abort();
    this.#pump();
  }

  /** Of several only the last is still looked at. */
  view(picture: number): void {
    for (const [{ purpose }, abort] of this.#underWay) if (purpose === "view") abort.abort();
    this.#demand.view(picture);
    this.#pump();
  }

  fill(on: boolean): void {
    this.#demand.fill(on ? this.#options.folder.count : 0);
    this.#pump();
  }

  /** There are more pictures than before. */
  grown(filling: boolean): void {
    if (filling) this.fill(true);
  }

  close(): void {
    this.#closed = true;
    for (const abort of this.#underWay.values()) abort.abort();
  }

  #pump(): void {
    while (!this.#closed && this.#underWay.size < this.#options.source.workers.count + AHEAD) {
      const next = this.#demand.next();
      if (next === undefined) return;
      const abort = new AbortController();
      this.#underWay.set(next, abort);
      void this.#get(next, abort.signal).then((delivered) => {
        this.#underWay.delete(next);
        this.#demand.done(next, delivered);
        this.#pump();
      });
    }
  }

  /** @returns whether the page was told how it went; never rejects */
  async #get(next: Next, signal: AbortSignal): Promise<boolean> {
    const { source, folder } = this.#options;
    const path = folder.path(next.picture);
    if (path === undefined) return false;
    let reply: ThumbnailReply;
    try {
      reply = await source.thumbnail({
        path,
        name: folder.name(next.picture) ?? "",
        size: next.purpose === "view" ? VIEW_SIZE : SIZE,
        octets: next.purpose !== "fill",
        signal,
      });
    } catch (error) {
      if (signal.aborted) source.counts.cancelled++;
      if (signal.aborted || (error instanceof ForkError && error.code === "ERR_FORK_CLOSED")) return false;
      reply = { state: "failed", reason: explain(error as Error) };
    }
    if (this.#closed) return false;
    this.#deliver(next, reply);
    if (reply.state === "failed") folder.check();
    return next.purpose !== "fill" || reply.state === "failed";
  }

  #deliver({ picture, purpose }: Next, reply: ThumbnailReply): void {
    const { source, folder, send } = this.#options;
    source.counts[reply.state]++;
    const about = { folder: folder.id, picture };
    if (reply.state === "failed") send({ name: "failed", ...about, large: purpose === "view", reason: reply.reason });
    else if (reply.octets !== undefined)
      send({ name: purpose === "view" ? "view" : "thumbnail", ...about, octets: reply.octets });
  }
}
