/** One picture in the grid. Tiles are used again and again for other pictures. */
import { make, setText } from "../dom.js";
import type { PictureState } from "../pictures.js";

export interface TileContent {
  name: string | undefined;
  state: PictureState | undefined;
}

export class Tile {
  readonly element = make("div", "tile");
  readonly #frame = make("div", "frame");
  readonly #image = make("img");
  readonly #name = make("div", "name");
  #url: string | undefined;
  picture = -1;

  constructor() {
    this.element.setAttribute("role", "option");
    this.#image.alt = "";
    this.#image.draggable = false;
    this.#frame.append(this.#image);
    this.element.append(this.#frame, this.#name);
  }

  /** @param place in CSS pixels */
  assign(picture: number, place: { x: number; y: number }): void {
    this.picture = picture;
    this.element.id = `picture-${picture}`;
    this.element.setAttribute("aria-posinset", String(picture + 1));
    this.element.style.transform = `translate(${place.x}px, ${place.y}px)`;
  }

  show({ name, state }: TileContent): void {
    setText(this.#name, name ?? "");
    const failed = state !== undefined && "reason" in state;
    this.element.classList.toggle("failed", failed);
    this.element.title = failed ? `${name ?? ""}\n${state.reason}` : (name ?? "");
    this.element.setAttribute("aria-label", failed ? `${name}, can't be shown: ${state.reason}` : (name ?? "Picture"));
    this.#showImage(state !== undefined && "url" in state ? state.url : undefined);
  }

  set isActive(active: boolean) {
    this.element.setAttribute("aria-selected", String(active));
  }

  /** Decoded before it is shown: the frame that shows it has nothing to wait for. */
  #showImage(url: string | undefined): void {
    if (url === this.#url) return;
    this.#url = url;
    this.element.classList.remove("ready");
    if (url === undefined) {
      this.#image.removeAttribute("src");
      return;
    }
    this.#image.src = url;
    this.#image.decode().then(
      () => {
        if (this.#url === url) this.element.classList.add("ready");
      },
      () => {}, // another picture took its place
    );
  }
}
