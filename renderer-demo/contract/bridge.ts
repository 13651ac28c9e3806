/** All that the page has of the world outside, whatever carries it. */
import type { Command } from "./commands.js";
import type { GalleryEvent } from "./events.js";

export interface GalleryBridge {
  send(command: Command): void;
  /** Called for every event from now on, in order. One listener. */
  listen(listener: (event: GalleryEvent) => void): void;
}

/** The preload script puts the bridge into the page's global scope under this name. */
export const BRIDGE_NAME = "galleryBridge";

/** Electron's channels. */
export const COMMAND_CHANNEL = "gallery:command";
export const EVENT_CHANNEL = "gallery:event";
export const READY_CHANNEL = "gallery:ready";
