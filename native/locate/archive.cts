/**
 * Files inside an Electron archive. Only Electron's own file functions can read them; the packager puts a copy of what
 * others need into a folder beside it, `app.asar.unpacked`.
 */
import fs = require("node:fs");

const ARCHIVE = /^(.*?\.asar)(?=[\\/]|$)/s;

/** The file as other programs can read it; itself when it is in no archive, or nothing of that is unpacked. */
export function unpackedPath(file: string): string {
  const archive = ARCHIVE.exec(file)?.[1];
  if (archive === undefined) return file;
  const folder = `${archive}.unpacked`;
  return fs.existsSync(folder) ? folder + file.slice(archive.length) : file;
}
