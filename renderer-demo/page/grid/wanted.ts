/** Which thumbnails to ask for: those in view, then a screen ahead, then a screen behind. */
import type { Range } from "./layout.js";

export interface Wanted {
  pictures: number[];
  /** How many of them are in view. */
  visible: number;
}

export interface WantedOptions {
  range: Range;
  count: number;
  /** Whether the page scrolls upwards. */
  upwards: boolean;
  has(picture: number): boolean;
  most: number;
}

export function wantedOf({ range: { first, last }, count, upwards, has, most }: WantedOptions): Wanted {
  const screen = last - first + 1;
  const below = sequence(last + 1, Math.min(count - 1, last + screen));
  const above = sequence(Math.max(0, first - screen), first - 1).reverse();
  const inView = sequence(first, last).filter((picture) => !has(picture));
  const near = upwards ? [...above, ...below] : [...below, ...above];
  const pictures = [...inView, ...near.filter((picture) => !has(picture))].slice(0, most);
  return { pictures, visible: Math.min(inView.length, most) };
}

function sequence(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
}
