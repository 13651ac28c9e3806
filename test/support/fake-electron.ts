/** Files that look like an Electron's as far as its fuses go: the wire is where the real one has it, the rest is not there. */
import fs from "node:fs";
import { FuseV1Options, FuseVersion, flipFuses } from "@electron/fuses";

/** As in Electron's shell/common/electron_constants: a sentinel, version 1, eight fuses, the first of them runAsNode. */
export const FUSE_WIRE = Buffer.concat([
  Buffer.from("dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX"),
  Buffer.from([1, 8]),
  Buffer.from("10110011"),
]);

export interface FakeBinary {
  bytes: number;
  /** Where wires stand. */
  wiresAt: readonly number[];
}

/** A sparse file with wires in it. */
export function writeFakeBinary(file: string, { bytes, wiresAt }: FakeBinary): void {
  const fd = fs.openSync(file, "w", 0o755);
  fs.ftruncateSync(fd, bytes);
  for (const at of wiresAt) fs.writeSync(fd, FUSE_WIRE, 0, FUSE_WIRE.length, at);
  fs.closeSync(fd);
}

/** Sets the fuse with Electron's own tool. */
export async function setRunAsNode(file: string, on: boolean): Promise<void> {
  await flipFuses(file, { version: FuseVersion.V1, [FuseV1Options.RunAsNode]: on });
}
