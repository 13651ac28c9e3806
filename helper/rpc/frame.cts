/** The frames of rpc, which follow one another on a link. PROTOCOL.md has the same as tables. */

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

export interface Frame {
  type: FrameType;
  extra: number;
  /** The call that it belongs to; 0: none. */
  id: number;
  /** The bytes of its values are those of `buffer` from `start` to `end`. */
  buffer: Buffer;
  start: number;
  end: number;
  /** The buffer is the receiver's for good: octets become views of it instead of copies. */
  owned: boolean;
  /** Whoever holds the frame owns them. */
  fds: number[];
}

/** length u32, type u8, handles u8, extra u16, id u32; all little-endian */
export const HEADER_BYTES = 12;
/** The most descriptors of one frame. */
export const MAX_FRAME_HANDLES = 120;
/** The most functions that can be called of one module. */
export const MAX_FUNCTIONS = 0xffff;
/** The least that a frame can be told to hold at most: every failure can be told in it. */
export const MIN_FRAME_BYTES = 1024;
/** The most that a frame can be told to hold. */
export const MAX_FRAME_BYTES = 0xffff_ffff;
/** Longer frames are refused unless more is asked for. */
export const DEFAULT_FRAME_BYTES = 1024 * 1024 * 1024;
