/** The page's bridge in Electron. The page gets these two functions, and nothing of Electron's. */
import { contextBridge, ipcRenderer } from "electron";

type Contract = typeof import("../contract/bridge.js", { with: { "resolution-mode": "import" }});
type Bridge = import("../contract/bridge.js", { with: { "resolution-mode": "import" }}).GalleryBridge;
type GalleryEvent = import("../contract/events.js", { with: { "resolution-mode": "import" }}).GalleryEvent;

// A sandboxed preload script can load no module of ours; the types hold these to the contract.
const BRIDGE_NAME: Contract["BRIDGE_NAME"] = "galleryBridge";
const COMMAND_CHANNEL: Contract["COMMAND_CHANNEL"] = "gallery:command";
const EVENT_CHANNEL: Contract["EVENT_CHANNEL"] = "gallery:event";
const READY_CHANNEL: Contract["READY_CHANNEL"] = "gallery:ready";

let listening = false;

const bridge: Bridge = {
  send: (command) => ipcRenderer.send(COMMAND_CHANNEL, command),
  listen(listener) {
    if (listening) throw new Error("there is one listener already");
    listening = true;
    ipcRenderer.on(EVENT_CHANNEL, (_, event: GalleryEvent) => listener(event));
    ipcRenderer.send(READY_CHANNEL);
  },
};

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge);
