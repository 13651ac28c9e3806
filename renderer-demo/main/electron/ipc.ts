/** One window's messages, over Electron's IPC. */
import type { BrowserWindow, Dialog, IpcMain } from "electron";
import { COMMAND_CHANNEL, EVENT_CHANNEL, READY_CHANNEL } from "../../contract/bridge.js";
import { BadCommand } from "../../contract/commands.js";
import type { GalleryEvent } from "../../contract/events.js";
import type { Gallery } from "../gallery.js";
import type { Session } from "../session.js";
import { isOurSender } from "./sender.js";

export interface IpcOptions {
  gallery: Gallery;
  window: BrowserWindow;
  ipcMain: IpcMain;
  dialog: Dialog;
}

/** A session begins whenever the page is ready, which it is again after a reload. */
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
