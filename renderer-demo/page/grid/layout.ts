/** Where things are in the grid. Arithmetic alone, in CSS pixels. */

export interface GridLayout {
  columns: number;
  rows: number;
  /** From one tile's corner to the next one's. */
  stepX: number;
  stepY: number;
  tileWidth: number;
  tileHeight: number;
  /** Of everything. */
  height: number;
}

export interface LayoutOptions {
  /** Of the viewport. */
  width: number;
  count: number;
  /** Of a picture, at least; what is left over is shared out. */
  size: number;
}

/** Indices; the last one is included. Empty: `last` is less than `first`. */
export interface Range {
  first: number;
  last: number;
}

export const PADDING = 16;
const GAP = 10;
/** The line with the name below the picture. */
const CAPTION = 26;
/** Browsers give up on anything much higher. */
const MOST_HEIGHT = 30_000_000;

export function layOut({ width, count, size }: LayoutOptions): GridLayout {
  const room = Math.max(width - 2 * PADDING, size);
  const columns = Math.max(1, Math.floor((room + GAP) / (size + GAP)));
  const stepX = (room + GAP) / columns;
  const tileWidth = Math.floor(stepX - GAP);
  const tileHeight = tileWidth + CAPTION;
  const stepY = tileHeight + GAP;
  const rows = Math.min(Math.ceil(count / columns), Math.floor((MOST_HEIGHT - 2 * PADDING) / stepY));
  const height = rows === 0 ? 0 : 2 * PADDING + rows * stepY - GAP;
  return { columns, rows, stepX, stepY, tileWidth, tileHeight, height };
}

export function placeOf({ columns, stepX, stepY }: GridLayout, index: number): { x: number; y: number } {
  return {
    x: PADDING + Math.round((index % columns) * stepX),
    y: PADDING + Math.floor(index / columns) * stepY,
  };
}

/** What is in view, wholly or in part. */
export function visibleRange(layout: GridLayout, top: number, height: number, count: number): Range {
  const { columns, rows, stepY } = layout;
  const firstRow = Math.max(0, Math.floor((top - PADDING) / stepY));
  const lastRow = Math.min(rows - 1, Math.floor((top + height - PADDING - 1) / stepY));
  return { first: firstRow * columns, last: Math.min(count, (lastRow + 1) * columns) - 1 };
}

/** Where to scroll so that a tile is wholly in view. */
export function scrollFor(layout: GridLayout, index: number, top: number, height: number): number {
  const { y } = placeOf(layout, index);
  const least = y + layout.tileHeight + PADDING - height;
  return Math.max(0, Math.min(Math.max(top, least), y - PADDING));
}
