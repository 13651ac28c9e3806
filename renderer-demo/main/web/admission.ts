/** Who may talk to the server on 127.0.0.1: the page that it served itself, opened by somebody who knows the token. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { PROTOCOL, TOKEN_PROTOCOL_PREFIX } from "../../contract/frames.js";

const TOKEN_BYTES = 32;

/** Every browser on the machine can reach the port, and so can every page in it and every user. */
export class Admission {
  readonly token = randomBytes(TOKEN_BYTES).toString("base64url");
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Another name in `Host` means that a name of somebody else's was made to lead here (DNS rebinding). */
  isOurHost({ headers }: IncomingMessage): boolean {
    return headers.host === `127.0.0.1:${this.#port}`;
  }

  /** Browsers send the origin with every WebSocket, and pages can't change it. */
  isOurOrigin({ headers }: IncomingMessage): boolean {
    return headers.origin === `http://127.0.0.1:${this.#port}`;
  }

  /** The token comes as a subprotocol, because addresses are kept in histories and logs. */
  hasToken({ headers }: IncomingMessage): boolean {
    const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    const given = offered.find((name) => name.startsWith(TOKEN_PROTOCOL_PREFIX))?.slice(TOKEN_PROTOCOL_PREFIX.length);
    return offered.includes(PROTOCOL) && given !== undefined && equal(given, this.token);
  }
}

function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
