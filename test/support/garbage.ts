/** What a worker may write on its socket that is no rpc. Limits are taken to be below 4 GiB. */

export const RESULT = 0x42;
const STREAM = 0x45;
const ITEM = 0x46;

export function frame(
  type: number,
  { id = 0, length, handles = 0 }: { id?: number; length?: number; handles?: number },
  payload = "",
) {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(length ?? payload.length, 0);
  header[4] = type;
  header[5] = handles;
  header.writeUInt32LE(id, 8);
  return Buffer.concat([header, Buffer.from(payload, "latin1")]);
}

export const GARBAGE: Record<string, Buffer> = {
  text: Buffer.from("this is no rpc at all, but a line of text\n"),
  zeroes: Buffer.alloc(64),
  "a frame beyond the limit": frame(RESULT, { id: 1, length: 0xffff_ffff }),
  "an answer to a call that was never made": frame(RESULT, { id: 77 }),
  "an item of a stream that never began": frame(ITEM, { id: 77 }),
  "a stream that begins twice": Buffer.concat([frame(STREAM, { id: 1 }), frame(STREAM, { id: 1 })]),
  "a frame that is for workers": frame(0x02, {}),
  "a frame without its descriptors": frame(RESULT, { id: 1, handles: 3 }),
  "an event that is no values": frame(0x44, {}, "\xee"),
  "a failure that is none": frame(0x43, { id: 1 }, "\x00"),
};
