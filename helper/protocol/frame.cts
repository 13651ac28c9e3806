/** What travels over a link: frames, each with the same header. The channel and rpc are two vocabularies of them. */
import { readU32 } from "./numbers.cjs";

/** length u32, type u8, handles u8, extra u16, id u32; all little-endian */
export const HEADER_BYTES = 12;
/** The most that one frame can hold. */
export const MAX_FRAME_BYTES = 0xffff_ffff;
/** In the place of a descriptor that the receiver had no room for. */
export const LOST_HANDLE = -1;
/** Instead of the number of descriptors that a type may have. */
const UNKNOWN_TYPE = 0xff;

export interface Frame {
  type: number;
  /** A number that depends on the type. */
  extra: number;
  id: number;
  /** The bytes of its values are those of `buffer` from `start` to `end`. */
  buffer: Buffer;
  start: number;
  end: number;
  /** The buffer is the receiver's for good: octets become views of it instead of copies. */
  owned: boolean;
  /** Descriptors, or LOST_HANDLE. Whoever holds the frame owns them. */
  fds: number[];
}

/** The frames that one kind of connection knows. */
export interface Vocabulary {
  /** By type: how many descriptors such a frame may have. */
  readonly maxHandles: Uint8Array;
  /** Whether frames have an `extra`; without, it is zero. */
  readonly hasExtra: boolean;
}

/** @param handles by type: how many descriptors such a frame may have, at most 254 */
export function vocabulary(handles: Iterable<readonly [type: number, most: number]>, hasExtra: boolean): Vocabulary {
  const maxHandles = new Uint8Array(256).fill(UNKNOWN_TYPE);
  for (const [type, most] of handles) maxHandles[type] = most;
  return { maxHandles, hasExtra };
}

export interface Header {
  length: number;
  type: number;
  handles: number;
  extra: number;
  id: number;
}

/** @param bytes a whole header lies there at `at` */
export function readHeader(bytes: Uint8Array, at: number): Header {
  return {
    length: readU32(bytes, at),
    type: bytes[at + 4] as number,
    handles: bytes[at + 5] as number,
    extra: (bytes[at + 6] as number) | ((bytes[at + 7] as number) << 8),
    id: readU32(bytes, at + 8),
  };
}

/** @throws RangeError when the header is none of this vocabulary, or of a frame that is too long */
export function checkHeader({ length, type, handles, extra }: Header, words: Vocabulary, maxBytes: number): void {
  const most = words.maxHandles[type] as number;
  if (most === UNKNOWN_TYPE) throw new RangeError(`an unknown type 0x${type.toString(16)}`);
  if (extra !== 0 && !words.hasExtra) throw new RangeError("a header with reserved bits set");
  if (length > maxBytes) throw new RangeError(`a length of ${length} bytes`);
  if (handles > most) throw new RangeError(`${handles} descriptors with type 0x${type.toString(16)}`);
}
