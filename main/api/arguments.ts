/** Checks of what is sent as an argument, before anything is sent. */
import { constants } from "node:buffer";
import { encodedBytes, MAX_PAYLOAD_BYTES, type Value } from "../../helper/protocol/message.cjs";
import { ForkError } from "../base/errors.js";

/**
 * @param first what the message has before them
 * @returns all values, with octets copied: what their owner does to them later is not what was sent
 * @throws ForkError ERR_FORK_ARGUMENT, ERR_FORK_TOO_LARGE
 */
export function takeValues(values: readonly Value[], what: string, first: readonly string[] = []): Value[] {
  checkTypes(values, what);
  checkSizes([...first, ...values], what);
  return [...first, ...values.map((value) => (typeof value === "string" ? value : Buffer.from(value)))];
}

function checkTypes(values: readonly unknown[], what: string): void {
  for (const [index, value] of values.entries())
    if (typeof value !== "string" && !(value instanceof Uint8Array))
      throw new ForkError(
        "ERR_FORK_ARGUMENT",
        `${what}: argument ${index} must be a string or a Uint8Array, not ${value === null ? "null" : typeof value}`,
      );
}

function checkSizes(values: readonly Value[], what: string): void {
  let total = 0;
  for (const value of values) {
    const bytes = encodedBytes(value);
    if (typeof value === "string" && bytes > constants.MAX_STRING_LENGTH)
      throw new ForkError(
        "ERR_FORK_TOO_LARGE",
        `${what}: a string of ${bytes} bytes; at most ${constants.MAX_STRING_LENGTH} arrive as one. Send octets`,
      );
    total += bytes;
  }
  if (total > MAX_PAYLOAD_BYTES)
    throw new ForkError(
      "ERR_FORK_TOO_LARGE",
      `${what}: ${total} bytes; at most ${MAX_PAYLOAD_BYTES} can be sent in one call`,
    );
}
