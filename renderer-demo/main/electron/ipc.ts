/** One window's messages, over Electron's IPC. */
import type { BrowserWindow, Dialog, IpcMain } from "electron";
import { COMMAND_CHANNEL, EVENT_CHANNEL, READY_CHANNEL } from "../../contract/bridge.js";
import { BadCommand } from "../../contract/commands.js";
import type { GalleryEvent } from "../../contract/events.js";
import type { Gallery } from "../gallery.js";
import type { Session } from "../page/session.js";
import { isOurSender } from "./sender.js";

export interface IpcOptions {
  gallery: Gallery;
  window: BrowserWindow;
  ipcMain: IpcMain;
  dialog: Dialog;
}

/** A page that crashes again so soon would do so for ever. */
const CRASH_LOOP_MS = 10_000;

/** A session begins whenever the page is ready, which it is again after a reload. A page that crashed is loaded again. */
export function serveWindow({ gallery, window, ipcMain, dialog }: IpcOptions): void {
  const { webContents } = window;
  let session: Session | undefined;
  const onReady = (event: Electron.IpcMainEvent) => {
    if (!isOurSender(event, webContents)) return gallery.report("a stranger's message was ignored");
    session?.close();
    session = gallery.open({
      kind: "Electron",
      send: (news) => {
        if (!webContents.isDestroyed()) webContents.send(EVENT_CHANNEL, withOwnOctets(news));
      },
      chooseFolder: async () => {
        const { filePaths } = await dialog.showOpenDialog(window, { properties: ["openDirectory"] });
        return filePaths[0];
      },
    });
  };
  const onCommand = (event: Electron.IpcMainEvent, command: unknown) => {
    if (!isOurSender(event, webContents)) return gallery.report("a stranger's message was ignored");
    try {
      session?.receive(command);
    } catch (error) {
      if (!(error instanceof BadCommand)) throw error;
      gallery.report(`a command was refused: ${error.message}`);
    }
  };
  let crashedMs = Number.NEGATIVE_INFINITY;
  webContents.on("render-process-gone", (_, { reason }) => {
    if (reason === "clean-exit") return;
    session?.close();
    session = undefined;
    gallery.report(`the page's process has ended: ${reason}`);
    const now = performance.now();
    if (now - crashedMs > CRASH_LOOP_MS) webContents.reload();
    crashedMs = now;
  });
  ipcMain.on(READY_CHANNEL, onReady);
  ipcMain.on(COMMAND_CHANNEL, onCommand);
  window.on("closed", () => {
    ipcMain.off(READY_CHANNEL, onReady);
    ipcMain.off(COMMAND_CHANNEL, onCommand);
    session?.close();
  });
}

/** Structured clone takes a view's whole buffer along. */
function withOwnOctets(event: GalleryEvent): GalleryEvent {
  return "octets" in event ? { ...event, octets: Uint8Array.from(event.octets) } : event;
}
