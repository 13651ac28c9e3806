/** One picture, large. Only thumbnails are ever shown: no picture's own octets reach the page. */
import type { EventOf } from "../contract/events.js";
import { button, byId, setText } from "./dom.js";
import type { Pictures } from "./pictures.js";
import { urlOf } from "./pictures.js";

export interface ViewerOptions {
  pictures: Pictures;
  count(): number;
  /** Asks for the large one. */
  ask(picture: number): void;
  /** Called with the picture that was seen last. */
  onClose(picture: number): void;
}

export class Viewer {
  readonly #options: ViewerOptions;
  readonly #dialog = byId("viewer", HTMLDialogElement);
  readonly #image = byId("viewer-image", HTMLImageElement);
  readonly #reason = byId("viewer-reason", HTMLParagraphElement);
  readonly #name = byId("viewer-name");
  readonly #place = byId("viewer-place");
  #picture = -1;
  #url: string | undefined;

  constructor(options: ViewerOptions) {
    this.#options = options;
    button("viewer-previous", () => this.#move(-1));
    button("viewer-next", () => this.#move(1));
    button("viewer-close", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") this.#move(-1);
      if (event.key === "ArrowRight") this.#move(1);
    });
  }

  open(picture: number): void {
    this.#show(picture);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  close(): void {
    this.#dialog.close();
  }

  /** The large one has come. */
  shown({ picture, octets }: EventOf<"view">): void {
    if (picture !== this.#picture || !this.#dialog.open) return;
    this.#forget();
    this.#url = urlOf(octets);
    this.#image.src = this.#url;
    this.#image.classList.remove("preview");
  }

  failed({ picture, reason }: EventOf<"failed">): void {
    if (picture !== this.#picture) return;
    this.#image.hidden = true;
    this.#reason.hidden = false;
    setText(this.#reason, `This picture can't be shown: ${reason}`);
  }

  #show(picture: number): void {
    const { pictures, ask, count } = this.#options;
    this.#picture = picture;
    const state = pictures.get(picture);
    const name = pictures.name(picture) ?? "";
    this.#forget();
    this.#reason.hidden = true;
    this.#image.hidden = false;
    this.#image.alt = name;
    this.#image.classList.add("preview");
    if (state !== undefined && "url" in state) this.#image.src = state.url;
    else this.#image.removeAttribute("src");
    setText(this.#name, name);
    setText(this.#place, `${(picture + 1).toLocaleString()} of ${count().toLocaleString()}`);
    ask(picture);
  }

  #move(by: number): void {
    const picture = this.#picture + by;
    if (picture >= 0 && picture < this.#options.count()) this.#show(picture);
  }

  #closed(): void {
    this.#forget();
    this.#image.removeAttribute("src");
    this.#options.onClose(this.#picture);
  }

  #forget(): void {
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }
}
