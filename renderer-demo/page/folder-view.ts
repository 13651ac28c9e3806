/** The words about the open folder: its path, its count, and what is wrong with it. */
import type { EventOf } from "../contract/events.js";
import { button, byId, setText } from "./dom.js";

export interface FolderViewOptions {
  choose(): void;
  reload(): void;
}

export class FolderView {
  readonly #path = byId("path");
  readonly #count = byId("count");
  readonly #empty = byId("empty");
  readonly #emptyTitle = byId("empty-title");
  readonly #emptyText = byId("empty-text");
  readonly #banner = byId("banner");
  readonly #bannerText = byId("banner-text");
  readonly #bannerAction: HTMLButtonElement;
  #bannerDoes: () => void = () => {};
  path = "";

  constructor({ choose, reload }: FolderViewOptions) {
    button("choose", choose);
    button("empty-action", choose);
    button("reload", reload);
    this.#bannerAction = button("banner-action", () => this.#bannerDoes());
    this.#options = { choose, reload };
    this.#showEmpty("No folder is open", "Choose one to see its pictures.");
  }

  readonly #options: FolderViewOptions;

  /** Nothing works any more. */
  lost(message: string): void {
    this.#showBanner(message, "Try again", () => location.reload());
  }

  show(news: EventOf<"folder">): void {
    const { state, path, count, message = "" } = news;
    this.path = path;
    setText(this.#path, path);
    document.title = `${path.split("/").at(-1) || path} – Gallery`;
    setText(this.#count, countOf(news));
    this.#showBannerFor(news);
    if (count > 0 || state === "listing") this.#empty.hidden = true;
    else if (state === "failed") this.#showEmpty("This folder can't be shown", message);
    else if (state === "gone") this.#showEmpty("This folder is gone", message);
    else this.#showEmpty("No pictures here", "There are none in this folder, nor in the folders below it.");
  }

  #showBannerFor({ state, count, message = "", changed, troubles }: EventOf<"folder">): void {
    const { choose, reload } = this.#options;
    if (state === "gone" && count > 0) this.#showBanner(message, "Choose another", choose);
    else if (state === "failed" && count > 0) this.#showBanner(message, "List it again", reload);
    else if (changed) this.#showBanner("Something in this folder has changed.", "List it again", reload);
    else if (state === "ready" && troubles > 0)
      this.#showBanner(`${troubles.toLocaleString()} of the folders below could not be read.`, "List it again", reload);
    else this.#banner.hidden = true;
  }

  #showBanner(text: string, action: string, does: () => void): void {
    setText(this.#bannerText, text);
    setText(this.#bannerAction, action);
    this.#bannerDoes = does;
    this.#banner.hidden = false;
  }

  #showEmpty(title: string, text: string): void {
    setText(this.#emptyTitle, title);
    setText(this.#emptyText, text);
    this.#empty.hidden = false;
  }
}

function countOf({ state, count }: EventOf<"folder">): string {
  const pictures = count === 1 ? "1 picture" : `${count.toLocaleString()} pictures`;
  return state === "listing" ? `${pictures} so far…` : pictures;
}
