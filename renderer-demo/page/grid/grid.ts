/** The virtual grid: as many tiles as are in view, however many pictures there are. */
import type { Pictures } from "../pictures.js";
import { type GridLayout, layOut, placeOf, type Range, scrollFor, visibleRange } from "./layout.js";
import { Tile } from "./tile.js";

export interface GridOptions {
  grid: HTMLElement;
  sheet: HTMLElement;
  pictures: Pictures;
  /** What is in view has changed. */
  onRange(range: Range, upwards: boolean): void;
  onOpen(picture: number): void;
}

export class Grid {
  readonly #options: GridOptions;
  readonly #tiles = new Map<number, Tile>();
  readonly #free: Tile[] = [];
  #layout: GridLayout;
  #size = 176;
  #count = 0;
  #range: Range = { first: 0, last: -1 };
  #active = -1;
  #top = 0;
  #scheduled = false;

  constructor(options: GridOptions) {
    this.#options = options;
    this.#layout = layOut({ width: 0, count: 0, size: this.#size });
    const { grid, sheet } = options;
    grid.addEventListener("scroll", () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#relayout()).observe(grid);
    sheet.addEventListener("click", (event) => {
      const picture = this.#pictureAt(event.target);
      if (picture === undefined) return;
      this.activate(picture);
      options.onOpen(picture);
    });
  }

  get count(): number {
    return this.#count;
  }

  get active(): number {
    return this.#active;
  }

  get columns(): number {
    return this.#layout.columns;
  }

  /** Rows that fit into the view. */
  get rowsInView(): number {
    return Math.max(1, Math.floor(this.#options.grid.clientHeight / this.#layout.stepY));
  }

  get range(): Range {
    return this.#range;
  }

  set size(size: number) {
    this.#size = size;
    this.#relayout();
  }

  /** @param afresh another folder: from the top, nothing is kept */
  setCount(count: number, afresh = false): void {
    this.#count = count;
    if (afresh) {
      this.#options.grid.scrollTop = 0;
      this.#active = -1;
      this.#options.grid.removeAttribute("aria-activedescendant");
      for (const picture of [...this.#tiles.keys()]) this.#release(picture);
    }
    this.#relayout();
  }

  isShown(picture: number): boolean {
    return this.#tiles.has(picture);
  }

  /** Something about the picture is new. */
  refresh(picture: number): void {
    const { pictures } = this.#options;
    this.#tiles.get(picture)?.show({ name: pictures.name(picture), state: pictures.get(picture) });
  }

  /** Makes it the one that the keyboard acts on, and brings it into view. */
  activate(picture: number): void {
    const { grid } = this.#options;
    const previous = this.#tiles.get(this.#active);
    if (previous !== undefined) previous.isActive = false;
    this.#active = picture;
    grid.scrollTop = scrollFor(this.#layout, picture, grid.scrollTop, grid.clientHeight);
    this.#render();
    const tile = this.#tiles.get(picture);
    if (tile === undefined) return;
    tile.isActive = true;
    grid.setAttribute("aria-activedescendant", tile.element.id);
  }

  #pictureAt(target: EventTarget | null): number | undefined {
    const element = target instanceof Element ? target.closest(".tile") : null;
    return [...this.#tiles.values()].find((tile) => tile.element === element)?.picture;
  }

  /** The picture at the top stays where it was. */
  #relayout(): void {
    const { grid, sheet } = this.#options;
    const top = this.#range.first;
    const before = this.#layout;
    this.#layout = layOut({ width: grid.clientWidth, count: this.#count, size: this.#size });
    const { height, tileWidth, tileHeight, columns } = this.#layout;
    sheet.style.height = `${height}px`;
    sheet.style.setProperty("--tile-width", `${tileWidth}px`);
    sheet.style.setProperty("--tile-height", `${tileHeight}px`);
    const moved = columns !== before.columns || tileWidth !== before.tileWidth;
    if (moved) {
      const within = grid.scrollTop - placeOf(before, top).y;
      if (grid.scrollTop > 0) grid.scrollTop = placeOf(this.#layout, top).y + within;
      for (const [picture, tile] of this.#tiles) tile.assign(picture, placeOf(this.#layout, picture));
    }
    this.#render();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#render();
    });
  }

  #render(): void {
    const { grid, sheet, pictures, onRange } = this.#options;
    const { scrollTop: top, clientHeight: height } = grid;
    const range = visibleRange(this.#layout, top, height, this.#count);
    for (const picture of this.#tiles.keys()) if (picture < range.first || picture > range.last) this.#release(picture);
    for (let picture = range.first; picture <= range.last; picture++) {
      if (this.#tiles.has(picture)) continue;
      const tile = this.#free.pop() ?? new Tile();
      tile.assign(picture, placeOf(this.#layout, picture));
      tile.isActive = picture === this.#active;
      tile.element.setAttribute("aria-setsize", String(this.#count));
      tile.show({ name: pictures.name(picture), state: pictures.get(picture) });
      this.#tiles.set(picture, tile);
      if (!tile.element.isConnected) sheet.append(tile.element);
      tile.element.hidden = false;
    }
    const upwards = top < this.#top;
    this.#top = top;
    this.#range = range;
    onRange(range, upwards);
  }

  #release(picture: number): void {
    const tile = this.#tiles.get(picture) as Tile;
    this.#tiles.delete(picture);
    tile.show({ name: undefined, state: undefined });
    tile.element.hidden = true;
    this.#free.push(tile);
  }
}
