/** A stream of bytes and descriptors between two ends: all that the channel and rpc need below them. */
import { keep, release } from "./kept-pieces.cjs";

export interface LinkEvents {
  /**
   * @param buffer its first `bytes` have come; valid during the call only
   * @param fds the receiver's from now on; then LOST_HANDLE, when there was no room for all that came
   */
  data(buffer: Buffer, bytes: number, fds: readonly number[]): void;
  /** Where the next bytes shall go, when the receiver knows; the link may put them there and call `filled`. */
  target(): Uint8Array | undefined;
  /** So many bytes are at the start of what target() gave. */
  filled(bytes: number, fds: readonly number[]): void;
  /** What write() did not get rid of at once has gone now. */
  drained(): void;
  /** The other end is gone, or the connection broke; called once, after the last data. Not called after close(). */
  end(error?: Error): void;
}

export interface Link {
  /** False when descriptors can't travel over this link. */
  readonly carriesHandles: boolean;
  /** Starts reading. */
  open(events: LinkEvents): void;
  /**
   * Sends in order.
   * @param pieces the link's from now on
   * @param fds the link's from now on: they arrive no later than the first byte
   * @param isOurs what the pieces hold will not change; otherwise large ones are copied when the system does not take them
   *   at once
   * @returns false when something waits to be written; `drained` follows
   */
  write(pieces: Uint8Array[], fds: readonly number[], isOurs?: boolean): boolean;
  /** Stops reading, so that the other end can't go on writing for ever. */
  pause(): void;
  resume(): void;
  /** Whether the connection keeps the event loop alive. */
  setReferenced(referenced: boolean): void;
  /** Closes descriptors that nobody wants; LOST_HANDLE is none. */
  discard(fds: readonly number[]): void;
  /** Closes at once; what was not written yet is lost. */
  close(): void;
}

/** Below this a piece is the writer's own memory, and not worth a system call of its own. */
export const LARGE_PIECE_BYTES = 16_384;

/** Makes pieces that others may change our own. */
export function keepPieces(pieces: readonly Uint8Array[]): Uint8Array[] {
  return pieces.flatMap((piece) => (piece.byteLength < LARGE_PIECE_BYTES ? piece : keep(piece)));
}

/** Takes `sent` bytes off the front; true when nothing is left. */
export function takeSent(pieces: Uint8Array[], sent: number): boolean {
  if (pieces.length === 1 && pieces[0]?.byteLength === sent && sent < LARGE_PIECE_BYTES) return true;
  let rest = sent;
  let gone = 0;
  for (const piece of pieces) {
    if (rest < piece.byteLength) break;
    rest -= piece.byteLength;
    release(piece);
    gone++;
  }
  if (gone === pieces.length) return true;
  pieces.splice(0, gone);
  if (rest > 0) pieces[0] = (pieces[0] as Uint8Array).subarray(rest);
  return false;
}
