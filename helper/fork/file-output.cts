/** A standard stream that is a file. */
import fs = require("node:fs");

import { Writable } from "node:stream";

/** Files are written at once: what was written before `process.exit()` is there. */
export class FileOutput extends Writable {
  readonly fd: number;

  constructor(fd: number) {
    super({ decodeStrings: true });
    this.fd = fd;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      for (let rest = chunk; rest.length > 0; ) rest = rest.subarray(fs.writeSync(this.fd, rest));
    } catch (error) {
      return done(error as Error);
    }
    done();
  }
}
