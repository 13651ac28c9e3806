/** The fresh parent process: node sample.js '{"benchCase":…,"variant":…,"depth":…}'; the result goes to descriptor 3. */
import fs from "node:fs";
import { sampleContext, variantOf } from "../bench-case.js";
import { allCases } from "../cases/index.js";
import type { SampleOrder } from "./sampler.js";

const RESULT_FD = 3;

async function main({ benchCase, variant, depth }: SampleOrder): Promise<void> {
  const entry = allCases().find(({ name }) => name === benchCase)?.variants[variant];
  if (entry === undefined) throw new Error(`there is no variant '${variant}' of a case '${benchCase}'`);
  const measured = await variantOf(entry).sample(sampleContext(depth));
  fs.writeSync(RESULT_FD, JSON.stringify(measured));
  // Whatever a rival left open must not keep this process.
  process.exit(0);
}

await main(JSON.parse(process.argv[2] as string) as SampleOrder);
