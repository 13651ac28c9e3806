/** How one value is told from another. */
import type { HandleKind } from "../protocol/plans.cjs";

/** What one value begins with. */
export enum Tag {
  Undefined = 0,
  Null = 1,
  True = 2,
  False = 3,
  /** i32 */
  Integer = 4,
  /** f64 */
  Double = 5,
  /** length u8, ASCII */
  Ascii = 6,
  /** length u32, UTF-8 */
  String = 7,
  /** length u32, octets; arrives as a Buffer */
  Buffer = 8,
  /** length u32, octets; arrives as a Uint8Array with memory of its own */
  Octets = 9,
  /** length u8, values */
  Array = 10,
  /** length u8, then keys (strings) and values in turn */
  Object = 11,
  /** kind u8; the frame's next descriptor */
  Handle = 12,
  /** Stands for the next element of the clone. */
  Cloned = 13,
  /** length u32, octets of an array by node:v8; after all other values */
  Clone = 14,
  /** length u32, large octets that belong to the clone */
  Beside = 15,
  /** length u32, octets by a serialiser of the user's */
  Serialized = 16,
  /** length u32, UTF-16: a string with surrogates that are no pairs, which UTF-8 has no way to say */
  Utf16 = 17,
}

/** By the octet that follows {@link Tag.Handle}. */
export const HANDLE_KINDS: readonly HandleKind[] = ["socket", "server", "descriptor"];
