/**
 * The output of one program, much of it, at a slow reader: node dist/test/stress/spawn-output.js [--megabytes 1024].
 * Fails when a byte is lost or wrong, or when memory grows.
 */
import { parseArgs } from "node:util";
import { closeDefaultTemplate, spawn } from "../../main/index.js";
import { readSlowly } from "../support/slow-reader.js";

const MAX_GROWTH_BYTES = 64 * 2 ** 20;

const { values: options } = parseArgs({ options: { megabytes: { type: "string", default: "1024" } } });
const expected = Number(options.megabytes) * 2 ** 20;
const begin = performance.now();
const { bytes, wrong, growth, ended } = await readSlowly(spawn, expected);
const seconds = (performance.now() - begin) / 1000;
closeDefaultTemplate();
const mb = (count: number) => `${(count / 2 ** 20).toFixed(1)} MB`;
console.log(
  `${mb(bytes)} in ${seconds.toFixed(1)} s, ${wrong} wrong lines, memory grew by ${mb(growth)}, ended with ${ended}`,
);
if (bytes !== expected || wrong > 0 || growth > MAX_GROWTH_BYTES || ended[0] !== 0) process.exitCode = 1;
