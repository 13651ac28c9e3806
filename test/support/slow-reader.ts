/** Reads a program's output more slowly than it comes, and checks every byte. */
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import type { Spawn } from "../../main/index.js";

/** Lines of sixteen octets, numbered: what is lost or twice shows. */
const LINE_BYTES = 16;
const PROGRAM = 'BEGIN { for (i = 0; i < lines; i++) printf "%015d\\n", i }';
/** Turns of the event loop that the reader idles after each chunk. */
const IDLE_TURNS = 3;

export interface SlowReading {
  bytes: number;
  /** Lines that are not what they should be. */
  wrong: number;
  /** Of this process's resident memory, in bytes, at its highest. */
  growth: number;
  ended: unknown[];
}

export async function readSlowly(spawn: Spawn, bytes: number): Promise<SlowReading> {
  const program = spawn("awk", ["-v", `lines=${bytes / LINE_BYTES}`, PROGRAM], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(program, "close");
  const before = process.memoryUsage.rss();
  const reading = { bytes: 0, wrong: 0, growth: 0 };
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  for await (const chunk of program.stdout as AsyncIterable<Buffer>) {
    reading.bytes += chunk.length;
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = rest.length - (rest.length % LINE_BYTES);
    for (let offset = 0; offset < whole; offset += LINE_BYTES)
      if (Number(rest.toString("latin1", offset, offset + LINE_BYTES)) !== line++) reading.wrong++;
    rest = rest.subarray(whole);
    reading.growth = Math.max(reading.growth, process.memoryUsage.rss() - before);
    for (let i = 0; i < IDLE_TURNS; i++) await turn();
  }
  return { ...reading, ended: await closed };
}
