/** The same few keys come again and again: to find the string of old is faster than to make it anew. */

const SLOTS = 512;
const known: string[] = new Array<string>(SLOTS).fill("");

/** The ASCII string at this place. */
export function keyAt(buffer: Buffer, start: number, length: number): string {
  let hash = length;
  for (let i = 0; i < length; i++) hash = (hash * 31 + (buffer[start + i] as number)) | 0;
  const slot = hash & (SLOTS - 1);
  const candidate = known[slot] as string;
  if (candidate.length === length && matches(candidate, buffer, start)) return candidate;
  const key = buffer.toString("latin1", start, start + length);
  known[slot] = key;
  return key;
}

function matches(candidate: string, buffer: Buffer, start: number): boolean {
  for (let i = 0; i < candidate.length; i++) if (candidate.charCodeAt(i) !== buffer[start + i]) return false;
  return true;
}
