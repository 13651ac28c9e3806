/** Values as lines of JSON on a socket: all that the dispatcher and its workers need to say to each other. */
import type { Duplex } from "node:stream";

export function sendLine(socket: Duplex, value: unknown): void {
  socket.write(`${JSON.stringify(value)}\n`);
}

/** Ends with the socket, also when the connection breaks. */
export async function* readLines(socket: Duplex): AsyncGenerator<unknown> {
  const pieces: string[] = [];
  socket.setEncoding("utf8");
  try {
    for await (const text of socket as AsyncIterable<string>) {
      const [first = "", ...more] = text.split("\n");
      pieces.push(first);
      for (const next of more) {
        yield JSON.parse(pieces.splice(0).join(""));
        pieces.push(next);
      }
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
  }
}
