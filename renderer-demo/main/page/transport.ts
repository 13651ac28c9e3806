/** What carries events to a page. Electron's IPC is one, a WebSocket the other. */
import type { GalleryEvent } from "../../contract/events.js";

export interface Transport {
  readonly kind: "Electron" | "web";
  /** In order. Does nothing once the page is gone. */
  send(event: GalleryEvent): void;
  /** The system's dialog: a path, or undefined when it was cancelled. Without it the page has a dialog of its own. */
  chooseFolder?(): Promise<string | undefined>;
}
