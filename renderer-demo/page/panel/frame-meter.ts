/** How long the window's frames take. */

export interface FrameMeterOptions {
  /** For every frame: how long after the one before it came, and when, in milliseconds. */
  onFrame(ms: number, atMs: number): void;
}

/** Runs for ever. Frames of a window that is not seen don't count. */
export function measureFrames({ onFrame }: FrameMeterOptions): void {
  let before: number | undefined;
  document.addEventListener("visibilitychange", () => {
    before = undefined;
  });
  const frame = (now: number) => {
    if (before !== undefined) onFrame(now - before, now);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
