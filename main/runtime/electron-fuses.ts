/**
 * Electron's fuses: switches inside its binary that are set when an app is packaged. There is no way to ask for them; a
 * marker in the file is followed by a version, a length and one character for each fuse.
 */
import fs from "node:fs";

export type Fuse = "on" | "off" | "removed";

const SENTINEL = Buffer.from("dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX");
const VERSION = 1;
/** The first of the fuses: whether ELECTRON_RUN_AS_NODE counts. */
const RUN_AS_NODE = 0;
const STATES = new Map<number | undefined, Fuse>([
  ["0".charCodeAt(0), "off"],
  ["1".charCodeAt(0), "on"],
  ["r".charCodeAt(0), "removed"],
]);

/** What is read at a time: little enough to stay in the processor's cache. */
const CHUNK_BYTES = 128 * 1024;
/** The sentinel, version, length and the first fuse: what must not fall between two chunks. */
const WIRE_BYTES = SENTINEL.length + 2 + RUN_AS_NODE + 1;

const known = new Map<string, Fuse | undefined>();

/**
 * Whether an Electron binary runs as Node when it is asked to. It is read to the first wire (macOS: to its end, since a
 * universal binary has one for each architecture, and both must allow it), once in the life of this program.
 * @param file the executable; on macOS that of the framework
 * @returns undefined when the file has no fuses that we can read
 * @throws the system's error when the file can't be read
 */
export function runAsNodeFuse(file: string, platform: NodeJS.Platform = process.platform): Fuse | undefined {
  const fd = fs.openSync(file, "r");
  try {
    const { dev, ino, size, mtimeMs } = fs.fstatSync(fd);
    const key = [dev, ino, size, mtimeMs, platform].join();
    if (!known.has(key)) known.set(key, strictest(fd, platform === "darwin"));
    return known.get(key);
  } finally {
    fs.closeSync(fd);
  }
}

function strictest(fd: number, all: boolean): Fuse | undefined {
  let found: Fuse | undefined;
  for (const fuse of wires(fd)) {
    found = found === undefined || found === "on" ? fuse : found;
    if (!all) break;
  }
  return found;
}

/** The fuse in each of the file's wires. */
function* wires(fd: number): Generator<Fuse> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let kept = 0;
  for (;;) {
    const read = fs.readSync(fd, buffer, kept, buffer.length - kept, null);
    if (read === 0) return;
    const filled = buffer.subarray(0, kept + read);
    for (let at = filled.indexOf(SENTINEL); at >= 0; at = filled.indexOf(SENTINEL, at + 1)) {
      if (at + WIRE_BYTES > filled.length) break;
      const fuse = fuseAt(filled, at + SENTINEL.length);
      if (fuse !== undefined) yield fuse;
    }
    kept = Math.min(WIRE_BYTES - 1, filled.length);
    filled.copyWithin(0, filled.length - kept);
  }
}

function fuseAt(bytes: Buffer, wire: number): Fuse | undefined {
  const [version, length = 0] = bytes.subarray(wire, wire + 2);
  return version === VERSION && length > RUN_AS_NODE ? STATES.get(bytes[wire + 2 + RUN_AS_NODE]) : undefined;
}
