/** The standard streams of a worker. */
import type { Writable } from "node:stream";

/** Resolves when the system has taken what was written to them. */
export async function outputFlushed(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(flushed));
}

function flushed(stream: Writable): Promise<void> | undefined {
  if (stream.writableLength === 0 || !stream.writable) return undefined;
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}
