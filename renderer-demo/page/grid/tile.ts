/** One picture in the grid. Tiles are used again and again for other pictures. */
import { make, setText } from "../dom.js";
import { FramePacer } from "../frame-pacer.js";
import type { PictureState } from "../pictures.js";

/** A row of pictures that are known already, after a scroll, is decoded and drawn in two or three frames and not in one. */
const IMAGES_PER_FRAME = 3;
const images = new FramePacer(IMAGES_PER_FRAME);

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

  #showImage(url: string | undefined): void {
    if (url === this.#url) return;
    this.#url = url;
    this.element.classList.remove("ready");
    this.#image.removeAttribute("src");
    if (url === undefined) images.takeBack(this.#decode);
    else images.add(this.#decode);
  }

  /** Decoded before it is shown: the frame that shows it has nothing to wait for. */
  readonly #decode = () => {
    const url = this.#url as string;
    this.#image.src = url;
    this.#image.decode().then(
      () => {
        if (this.#url === url) this.element.classList.add("ready");
      },
      () => {}, // another picture took its place
    );
  };
}
