/** The way to the main process: Electron's bridge where the preload script has put one, else a WebSocket. */
import { BRIDGE_NAME, type GalleryBridge } from "../contract/bridge.js";
import { WebBridge } from "./web-bridge.js";

export function connect(onLost: (message: string) => void): GalleryBridge {
  const { [BRIDGE_NAME]: bridge } = window as { [BRIDGE_NAME]?: GalleryBridge };
  return bridge ?? new WebBridge(onLost);
}
