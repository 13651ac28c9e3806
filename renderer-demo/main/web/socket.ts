/** One page's WebSocket. */
import type { RawData, WebSocket } from "ws";
import { BadCommand } from "../../contract/commands.js";
import { encodeEvent } from "../../contract/frames.js";
import type { Gallery } from "../gallery.js";

/** WebSocket close codes. */
const POLICY_VIOLATION = 1008;

export function serveSocket(gallery: Gallery, socket: WebSocket): void {
  const session = gallery.open({
    kind: "web",
    send: (event) => {
      if (socket.readyState === socket.OPEN) socket.send(encodeEvent(event));
    },
  });
  socket.on("message", (data, isBinary) => {
    try {
      session.receive(isBinary ? undefined : parse(data));
    } catch (error) {
      if (!(error instanceof BadCommand)) throw error;
      gallery.report(`a page was sent away: ${error.message}`);
      socket.close(POLICY_VIOLATION, error.message.slice(0, 100));
    }
  });
  socket.on("error", () => {}); // the close follows
  socket.on("close", () => session.close());
}

function parse(data: RawData): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    throw new BadCommand("a command must be JSON");
  }
}
