/** The paths of very many pictures, in little memory: each folder once, and plain strings of octets. */
import type { Octets } from "../../contract/checks.js";

interface Part {
  /** Index of the first. */
  start: number;
  folder: Octets;
  names: readonly Octets[];
}

export interface PicturePlace {
  folder: Octets;
  name: Octets;
}

export class PictureTable {
  readonly #parts: Part[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(folder: Octets, names: readonly Octets[]): void {
    if (names.length === 0) return;
    this.#parts.push({ start: this.#count, folder, names });
    this.#count += names.length;
  }

  at(index: number): PicturePlace | undefined {
    let low = 0;
    let high = this.#parts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#parts[middle] as Part).start <= index) low = middle + 1;
      else high = middle;
    }
    const part = this.#parts[low - 1];
    const name = part?.names[index - part.start];
    return part === undefined || name === undefined ? undefined : { folder: part.folder, name };
  }
}
