/**
 * Copies of what a socket had no room for, in memory that is used again and again: to touch fresh memory costs many
 * times what the copy costs.
 */

const CHUNK_BYTES = 262_144;
/** What is kept for the next time. */
const MAX_FREE_CHUNKS = 16;

const chunks = new WeakSet<ArrayBufferLike>();
const free: Buffer[] = [];

/** @returns the same bytes, which nobody else can change */
export function keep(piece: Uint8Array): Uint8Array[] {
  const kept: Uint8Array[] = [];
  for (let offset = 0; offset < piece.byteLength; offset += CHUNK_BYTES) {
    const part = piece.subarray(offset, offset + CHUNK_BYTES);
    const chunk = free.pop() ?? makeChunk();
    chunk.set(part);
    kept.push(chunk.subarray(0, part.byteLength));
  }
  return kept;
}

/** Gives back a piece, if keep() made it. */
export function release(piece: Uint8Array): void {
  if (free.length < MAX_FREE_CHUNKS && chunks.has(piece.buffer)) free.push(Buffer.from(piece.buffer));
}

function makeChunk(): Buffer {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  chunks.add(chunk.buffer);
  return chunk;
}
