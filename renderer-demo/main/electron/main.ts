/** The gallery's main process in Electron. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { desktopFork } from "desktop-fork/electron";
import { samplePictures } from "desktop-fork-thumbnails";
import { app, BrowserWindow, dialog, ipcMain, protocol, session } from "electron";
import { octetsOf } from "../folder/browse.js";
import { Gallery } from "../gallery.js";
import { serveWindow } from "./ipc.js";
import { pageAnswers } from "./page-protocol.js";
import { isOurPage, PAGE_ADDRESS, SCHEME } from "./sender.js";

const PRELOAD = fileURLToPath(new URL("../../preload/preload.cjs", import.meta.url));

desktopFork();
app.enableSandbox();
protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
app.on("web-contents-created", (_, contents) => {
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  contents.on("will-navigate", (event) => {
    if (!isOurPage(event.url)) event.preventDefault();
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
});
app.on("window-all-closed", () => app.quit());

// Electron is not ready before this module has been evaluated: to await that here would be to wait for ever.
void app
  .whenReady()
  .then(openGallery)
  .catch((error: Error) => {
    dialog.showErrorBox("The gallery can't be opened", error.message);
    app.exit(1);
  });

async function openGallery(): Promise<void> {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  protocol.handle(SCHEME, pageAnswers());
  const gallery = new Gallery({
    folder: octetsOf(Buffer.from(path.resolve(namedFolder() ?? (await samplePictures())))),
    report: (message) => process.stderr.write(`${message}\n`),
  });
  const window = new BrowserWindow({
    width: 1360,
    height: 880,
    minWidth: 520,
    minHeight: 400,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: "#0d0f13",
    webPreferences: { preload: PRELOAD, contextIsolation: true, sandbox: true, nodeIntegration: false },
  });
  serveWindow({ gallery, window, ipcMain, dialog });
  window.once("ready-to-show", () => window.show());
  // The processes end by themselves.
  app.once("quit", () => gallery.discardUnfinished());
  await window.loadURL(PAGE_ADDRESS).catch((error) => {
    // Closed, or reloaded, before it was there: neither is an error.
    if (!window.isDestroyed() && error.code !== "ERR_ABORTED") throw error;
  });
}

/** Switches may stand before the path of the app, which is there as long as it is not packaged. */
function namedFolder(): string | undefined {
  const words = process.argv.slice(1).filter((argument) => !argument.startsWith("-"));
  return words[app.isPackaged ? 0 : 1];
}
