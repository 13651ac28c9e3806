/** Paths as octets: Linux file names are bytes, and not all of them are UTF-8. */
import fs from "node:fs";
import path from "node:path";

const SLASH = Buffer.from("/");
const REPLACEMENT = "\u{fffd}";

/** @param relative octets; counted from the working directory, without `.`, `..` and repeated slashes in the result */
export function resolvePath(relative: Uint8Array): Buffer {
  // Latin-1 maps octets to characters one to one.
  const text = Buffer.from(relative).toString("latin1");
  const start = path.posix.isAbsolute(text) ? "/" : workingDirectory().toString("latin1");
  return Buffer.from(path.posix.resolve(start, text), "latin1");
}

export function joinPath(folder: Uint8Array, name: Uint8Array): Buffer {
  return Buffer.concat(folder.at(-1) === SLASH[0] ? [folder, name] : [folder, SLASH, name]);
}

/** The path as text for people: control characters can't reach a terminal. */
export function showPath(path: Uint8Array): string {
  return Buffer.from(path)
    .toString()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/**
 * The octets of arguments of this program's command line. Node decodes them as UTF-8 and so loses what is not; the
 * kernel still has them.
 */
export function argumentOctets(decoded: readonly string[]): Buffer[] {
  if (!decoded.some((argument) => argument.includes(REPLACEMENT))) return decoded.map((text) => Buffer.from(text));
  const originals = new Map(commandLine().map((octets) => [octets.toString(), octets]));
  return decoded.map((text) => originals.get(text) ?? Buffer.from(text));
}

function commandLine(): Buffer[] {
  try {
    const octets = fs.readFileSync("/proc/self/cmdline", "latin1");
    return octets.split("\0").map((argument) => Buffer.from(argument, "latin1"));
  } catch {
    return [];
  }
}

function workingDirectory(): Buffer {
  try {
    return fs.readlinkSync("/proc/self/cwd", { encoding: "buffer" });
  } catch {
    return Buffer.from(process.cwd());
  }
}
