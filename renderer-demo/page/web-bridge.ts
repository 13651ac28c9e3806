/** The bridge where there is no Electron: a WebSocket to the program that served this page. */
import type { GalleryBridge } from "../contract/bridge.js";
import type { Command } from "../contract/commands.js";
import type { GalleryEvent } from "../contract/events.js";
import { decodeEvent, PROTOCOL, TOKEN_PROTOCOL_PREFIX } from "../contract/frames.js";

/** Where a reload finds it; other tabs and other ports can't see it. */
const TOKEN_KEY = "token";

const LOST =
  "The connection to the gallery is lost. If the program was ended, start it again and open its new address.";
const NO_TOKEN =
  "This address lacks its token. Open the whole address that the program printed, what follows the # included.";

export class WebBridge implements GalleryBridge {
  readonly #socket: WebSocket;
  readonly #onLost: (message: string) => void;
  #waiting: string[] = [];

  /** @param onLost called when nothing works any more, with the reason */
  constructor(onLost: (message: string) => void) {
    this.#onLost = onLost;
    const token = takeToken();
    this.#socket = new WebSocket(`ws://${location.host}/`, [PROTOCOL, `${TOKEN_PROTOCOL_PREFIX}${token}`]);
    this.#socket.binaryType = "arraybuffer";
    let opened = false;
    this.#socket.addEventListener("open", () => {
      opened = true;
      for (const text of this.#waiting.splice(0)) this.#socket.send(text);
    });
    this.#socket.addEventListener("close", () => this.#onLost(opened ? LOST : NO_TOKEN));
  }

  send(command: Command): void {
    const text = JSON.stringify(command);
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#waiting.push(text);
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  listen(listener: (event: GalleryEvent) => void): void {
    this.#socket.addEventListener("message", ({ data }) => listener(decodeEvent(data)));
  }
}

/** Out of the address, so that nobody who sees the window or its history has it. */
function takeToken(): string {
  const inAddress = location.hash.slice(1);
  if (inAddress !== "") {
    sessionStorage.setItem(TOKEN_KEY, inAddress);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(TOKEN_KEY) || "none";
}
