/** A parent that is large: what fork() has to copy the page tables of. */
import os from "node:os";

const BUFFER_BYTES = 64 * 2 ** 20;
const PAGE_BYTES = 4096;
const HEADROOM = 1.3;

/** Held by the module: what nobody uses any more would be collected. */
const held: Buffer[] = [];

/** Makes this process larger by so many bytes, each page of them written to once. They stay. */
export function holdBallast(bytes: number): void {
  for (let total = 0; total < bytes; total += BUFFER_BYTES) {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    for (let offset = 0; offset < buffer.length; offset += PAGE_BYTES) buffer[offset] = 1;
    held.push(buffer);
  }
}

/** @returns why this machine can't hold so many bytes, or undefined */
export function tooLargeFor(bytes: number): string | undefined {
  if (os.freemem() >= bytes * HEADROOM) return undefined;
  return `this machine has not ${((bytes * HEADROOM) / 2 ** 30).toFixed(1)} GB free`;
}
