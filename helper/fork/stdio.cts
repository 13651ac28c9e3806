/** The standard streams of a forked child that are not its template's. */
import fs = require("node:fs");

import type net from "node:net";
import type { Writable } from "node:stream";
import type { Addon } from "../../native/addon/addon.cjs";
import { loadNet } from "../protocol/open-socket.cjs";
import { loadFileOutput, loadTty } from "./late-modules.cjs";

const NAMES = ["stdin", "stdout", "stderr"] as const;
const NOTHING = -1;

type StandardStream = net.Socket | fs.ReadStream | Writable;

/** Outputs that somebody has asked for: to make the object of one costs a worker about as much as its whole start. */
const used = new Map<string, Writable>();

/** What takes the place of a stream: the object knows the old file, and Node has no way to make it anew. */
const replacements: ({ stream?: StandardStream } | undefined)[] = [];

const getters = NAMES.map((name, index) => {
  const property = Object.getOwnPropertyDescriptor(process, name) as PropertyDescriptor;
  const get = () => {
    const replacement = replacements[index];
    if (replacement !== undefined) replacement.stream ??= index === 0 ? openInput() : openOutput(index);
    const stream = (replacement?.stream ?? property.get?.call(process)) as StandardStream;
    if (index > 0) used.set(name, stream as Writable);
    return stream;
  };
  Object.defineProperty(process, name, { ...property, get });
  if (index > 0) Object.defineProperty(console, `_${name}`, { configurable: true, enumerable: false, get });
  return get;
});

/** Resolves when the system has taken what was written to the standard streams: `process.exit()` does not wait for it. */
export async function outputFlushed(): Promise<void> {
  for (const stream of used.values())
    if (stream.writable && stream.writableLength > 0)
      await new Promise<void>((resolve) => stream.write("", () => resolve()));
}

/**
 * @param places per stream which of `fds` it becomes; -1: /dev/null; null: as it is
 * @param fds they stay the caller's
 */
export function replaceStdio(addon: Addon, places: readonly (number | null)[], fds: readonly number[]): void {
  for (const [index, place] of places.entries()) {
    if (place === null) continue;
    if (place === NOTHING) redirectToNothing(addon, index);
    else addon.redirect(fds[place] as number, index);
    forgetStream(index);
  }
}

function redirectToNothing(addon: Addon, index: number): void {
  const nothing = fs.openSync("/dev/null", "r+");
  addon.redirect(nothing, index);
  fs.closeSync(nothing);
}

function forgetStream(index: number): void {
  const name = NAMES[index] as (typeof NAMES)[number];
  used.delete(name);
  replacements[index] = {};
  // Unless code of others has put something else there, that is all.
  setGetter(process, name, index);
  if (index > 0) setGetter(console, `_${name}`, index);
}

function setGetter(object: object, name: string, index: number): void {
  const get = getters[index] as () => StandardStream;
  if (Object.getOwnPropertyDescriptor(object, name)?.get !== get)
    Object.defineProperty(object, name, { configurable: true, enumerable: object === process, get });
}

/** As Node does it: nothing is read, and no event loop kept alive, before somebody asks for it. */
function openInput(): net.Socket | fs.ReadStream {
  const { isatty, ReadStream } = loadTty();
  if (isatty(0)) return new ReadStream(0);
  if (isStream(0)) {
    const options = { fd: 0, readable: true, writable: false, manualStart: true } as net.SocketConstructorOpts;
    return new (loadNet().Socket)(options);
  }
  return fs.createReadStream("", { fd: 0, autoClose: false });
}

function openOutput(fd: number): Writable {
  const output = openWritable(fd);
  // The descriptor stays open whatever becomes of the object: another file would get its number.
  output._destroy = (error, done) => done(error);
  return output;
}

function openWritable(fd: number): Writable {
  const { isatty, WriteStream } = loadTty();
  if (isatty(fd)) return new WriteStream(fd);
  if (isStream(fd)) return new (loadNet().Socket)({ fd, readable: false, writable: true });
  return new (loadFileOutput().FileOutput)(fd);
}

function isStream(fd: number): boolean {
  const stat = fs.fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}
