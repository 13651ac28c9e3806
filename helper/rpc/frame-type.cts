/** The vocabulary of rpc: its frames. PROTOCOL.md has the same as tables. */
import { type Vocabulary, vocabulary } from "../protocol/frame.cjs";

/** Below 0x40: to a worker; above: from it. */
export enum FrameType {
  /** Gives a function's name the number `extra`. */
  Name = 0x01,
  /** Calls the function with the number `extra`. */
  Call = 0x02,
  /** The caller of `id` has lost interest. */
  Abort = 0x03,
  ToWorker = 0x04,
  /** So many items of the stream `id` were consumed. */
  Credit = 0x05,
  /** No more calls follow: finish, and end. */
  Close = 0x06,
  Ping = 0x07,

  Ready = 0x41,
  Result = 0x42,
  Failure = 0x43,
  FromWorker = 0x44,
  /** The result is a stream: items follow. */
  Stream = 0x45,
  Item = 0x46,
  End = 0x47,
  Pong = 0x48,
  /** The worker asks for no more calls. */
  Retire = 0x49,
}

/** The most descriptors of one frame. */
export const MAX_FRAME_HANDLES = 120;
/** The most functions that can be called of one module. */
export const MAX_FUNCTIONS = 0xffff;
/** The least that a frame can be told to hold at most: every failure can be told in it. */
export const MIN_FRAME_BYTES = 1024;
/** Longer frames are refused unless more is asked for. */
export const DEFAULT_FRAME_BYTES = 1024 * 1024 * 1024;

export const RPC: Vocabulary = vocabulary(
  Object.values(FrameType)
    .filter((type) => typeof type === "number")
    .map((type) => [type, MAX_FRAME_HANDLES]),
  true,
);
