/** A folder that a page shows: its pictures, and what becomes of it while it is open. */
import fs from "node:fs";
import { joinPath, showPath } from "desktop-fork-thumbnails/pictures";
import type { Octets } from "../../contract/checks.js";
import type { FolderNews, FolderState } from "../../contract/events.js";
import type { Forks } from "../forks.js";
import { explain } from "./explain.js";
import { listFolder } from "./lister.js";
import { PictureTable } from "./picture-table.js";

/** Changes come in swarms. */
const CHANGE_QUIET_MS = 300;

export interface FolderOptions {
  id: number;
  root: Octets;
  forks: Forks;
  /** Called for every change of {@link OpenFolder.news}. */
  onNews(news: FolderNews): void;
}

export class OpenFolder {
  readonly id: number;
  readonly root: Octets;
  readonly #options: FolderOptions;
  readonly #pictures = new PictureTable();
  readonly #closed = new AbortController();
  #watcher: fs.FSWatcher | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #state: FolderState = "listing";
  #troubles = 0;
  #changed = false;
  #message: string | undefined;

  constructor(options: FolderOptions) {
    this.id = options.id;
    this.root = options.root;
    this.#options = options;
    this.#tell();
    void this.#list();
    this.#watch();
  }

  get count(): number {
    return this.#pictures.count;
  }

  /** @returns undefined when there is no such picture */
  path(picture: number): Buffer | undefined {
    const place = this.#pictures.at(picture);
    return place && joinPath(Buffer.from(place.folder, "latin1"), Buffer.from(place.name, "latin1"));
  }

  /** For people. */
  name(picture: number): string | undefined {
    const place = this.#pictures.at(picture);
    return place && showPath(Buffer.from(place.name, "latin1"));
  }

  /** Looks whether the folder is still there. */
  check(): void {
    if (this.#closed.signal.aborted || this.#state === "gone") return;
    if (fs.existsSync(Buffer.from(this.root, "latin1"))) return;
    this.#state = "gone";
    this.#message = "The folder is not there any more.";
    this.#tell();
  }

  close(): void {
    this.#closed.abort();
    this.#watcher?.close();
    clearTimeout(this.#quiet);
  }

  async #list(): Promise<void> {
    const { signal } = this.#closed;
    try {
      for await (const { folder, names, troubles } of listFolder(this.#options.forks, this.root, signal)) {
        if (signal.aborted) return;
        this.#troubles += troubles;
        this.#pictures.add(folder, names === "" ? [] : names.slice(0, -1).split("\0"));
        this.#tell();
      }
      this.#state = "ready";
    } catch (error) {
      if (signal.aborted) return;
      this.#state = "failed";
      this.#message = explain(error as Error);
    }
    if (!signal.aborted) this.#tell();
  }

  #watch(): void {
    try {
      this.#watcher = fs.watch(Buffer.from(this.root, "latin1"), { persistent: false }, () => {
        clearTimeout(this.#quiet);
        this.#quiet = setTimeout(() => this.#noticeChange(), CHANGE_QUIET_MS).unref();
      });
      this.#watcher.on("error", () => {}); // without it changes are just not noticed
    } catch {
      // Not every file system can be watched, and the listing tells what else is wrong.
    }
  }

  #noticeChange(): void {
    this.check();
    if (this.#state !== "ready" || this.#changed) return;
    this.#changed = true;
    this.#tell();
  }

  #tell(): void {
    this.#options.onNews({
      name: "folder",
      folder: this.id,
      state: this.#state,
      path: showPath(Buffer.from(this.root, "latin1")),
      count: this.#pictures.count,
      troubles: this.#troubles,
      ...(this.#message !== undefined && { message: this.#message }),
      changed: this.#changed,
    });
  }
}
