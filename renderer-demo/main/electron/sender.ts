/** Whose message it is: the page that this program loaded itself, in the window that it opened. */
import type { IpcMainEvent, WebContents } from "electron";

export const SCHEME = "gallery";
export const HOST = "page";
export const PAGE_ADDRESS = `${SCHEME}://${HOST}/`;

export function isOurPage(address: string): boolean {
  try {
    const { protocol, host } = new URL(address);
    return protocol === `${SCHEME}:` && host === HOST;
  } catch {
    return false;
  }
}

/** Frames in the page, and other pages that may have got hold of the preload script, are refused. */
export function isOurSender(
  { sender, senderFrame }: Pick<IpcMainEvent, "sender" | "senderFrame">,
  contents: WebContents,
): boolean {
  return sender === contents && senderFrame === contents.mainFrame && isOurPage(senderFrame.url);
}
