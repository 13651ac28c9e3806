/** What is needed of Electron's `app`: nothing of Electron is imported, so that this loads in any Node. */
import { createRequire } from "node:module";
import { ForkError } from "../base/errors.js";

export interface QuitEvent {
  preventDefault(): void;
  readonly defaultPrevented: boolean;
}

/** The part of Electron's `App` that the library uses. */
export interface App {
  readonly isPackaged?: boolean;
  on(event: "before-quit" | "will-quit", listener: (event: QuitEvent) => void): unknown;
  on(event: "quit", listener: () => void): unknown;
  removeListener(event: "will-quit", listener: (event: QuitEvent) => void): unknown;
  quit(): void;
}

/** @throws ForkError ERR_FORK_UNSUPPORTED outside the main process of an Electron app */
export function electronApp(): App {
  const { type } = process as NodeJS.Process & { type?: string };
  // In any other program "electron" would be the npm package, which answers with a path, or a download.
  if (type !== "browser")
    throw new ForkError(
      "ERR_FORK_UNSUPPORTED",
      "desktopFork() belongs into the main process of an Electron app; other programs need no call",
    );
  const { app } = createRequire(import.meta.url)("electron") as { app: App };
  return app;
}
