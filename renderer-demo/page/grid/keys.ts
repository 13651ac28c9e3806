/** The keyboard in the grid. */
import type { Grid } from "./grid.js";

const MOVES: Record<string, (grid: Grid) => number> = {
  ArrowLeft: ({ active }) => active - 1,
  ArrowRight: ({ active }) => active + 1,
  ArrowUp: ({ active, columns }) => active - columns,
  ArrowDown: ({ active, columns }) => active + columns,
  PageUp: ({ active, columns, rowsInView }) => active - columns * rowsInView,
  PageDown: ({ active, columns, rowsInView }) => active + columns * rowsInView,
  Home: () => 0,
  End: ({ count }) => count - 1,
};

export function listenToKeys(element: HTMLElement, grid: Grid, onOpen: (picture: number) => void): void {
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || grid.count === 0) return;
    const move = MOVES[event.key];
    if (move !== undefined) {
      event.preventDefault();
      const wish = grid.active < 0 ? grid.range.first : move(grid);
      grid.activate(Math.max(0, Math.min(grid.count - 1, wish)));
    } else if ((event.key === "Enter" || event.key === " ") && grid.active >= 0) {
      event.preventDefault();
      onOpen(grid.active);
    }
  });
}
