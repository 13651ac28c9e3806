/** The page on 127.0.0.1, for machines without Electron. */
import { createReadStream } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { PROTOCOL } from "../../contract/frames.js";
import type { Gallery } from "../gallery.js";
import { type PageFile, pageFiles, pageHeaders } from "../page/page-files.js";
import { Admission } from "./admission.js";
import { serveSocket } from "./socket.js";

/** Far above the longest command. */
const MAX_MESSAGE_BYTES = 128 * 1024;
const MAX_PAGES = 16;

export interface WebGallery {
  /** With the token in its fragment, which browsers send to nobody. */
  readonly address: string;
  close(): Promise<void>;
}

/** @param port 0: one that is free */
export async function serveGallery(gallery: Gallery, port = 0): Promise<WebGallery> {
  const server = http.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  const admission = new Admission(chosen);
  const files = pageFiles();
  const headers = pageHeaders(`ws://127.0.0.1:${chosen}`);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: () => PROTOCOL,
  });

  server.on("request", (request, response) => {
    if (!admission.isOurHost(request)) return response.writeHead(421, headers).end("Wrong host\n");
    const { method, url = "" } = request;
    if (method !== "GET" && method !== "HEAD") return response.writeHead(405, { ...headers, allow: "GET" }).end();
    const found = files.get(url);
    if (found === undefined) return response.writeHead(404, headers).end("Not found\n");
    send(response, found, headers);
  });

  server.on("upgrade", (request, socket, head) => {
    if (!admission.isOurHost(request) || !admission.isOurOrigin(request)) return refuse(socket, "403 Forbidden");
    if (!admission.hasToken(request)) return refuse(socket, "401 Unauthorized");
    if (sockets.clients.size >= MAX_PAGES) return refuse(socket, "503 Service Unavailable");
    sockets.handleUpgrade(request, socket, head, (webSocket) => serveSocket(gallery, webSocket));
  });

  return {
    address: `http://127.0.0.1:${chosen}/#${admission.token}`,
    close: () =>
      new Promise((resolve) => {
        for (const client of sockets.clients) client.terminate();
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: http.ServerResponse, { file, type }: PageFile, headers: Record<string, string>): void {
  response.writeHead(200, { ...headers, "content-type": type });
  createReadStream(file)
    .on("error", () => response.destroy())
    .pipe(response);
}

function refuse(socket: Duplex, status: string): void {
  socket.on("error", () => {}); // whoever is refused may be gone already
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
