/** An app's end is the end of its processes. */
import type { App, QuitEvent } from "./app.js";

export interface QuitActions {
  /** False: there is nothing to wait for. */
  needed(): boolean;
  /** Never rejects, and takes a bounded time. */
  end(): Promise<void>;
  /** At once. */
  kill(): void;
}

/**
 * Holds the quit up when every window is closed, ends the processes, and quits again. `app.exit()` does not ask; then they
 * are killed.
 */
export function endWithApp(app: App, { needed, end, kill }: QuitActions): void {
  let ended: Promise<void> | undefined;
  let over = false;
  const onWillQuit = (event: QuitEvent) => {
    // Somebody else has a last thing to do, perhaps with workers, and will quit again.
    if (over || event.defaultPrevented || (ended === undefined && !needed())) return;
    event.preventDefault();
    ended ??= end().then(() => {
      over = true;
      app.quit();
    });
  };
  app.on("will-quit", onWillQuit);
  // Of all that listen to will-quit this shall be the last.
  app.on("before-quit", () => {
    app.removeListener("will-quit", onWillQuit);
    app.on("will-quit", onWillQuit);
  });
  app.on("quit", kill);
}
