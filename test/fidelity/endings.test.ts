/** However a program ends, a worker ends with the same code or signal, and has said the same before. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { FIXTURES, KINDS } from "./kinds.js";
import { type Ending, errorLines, fixtureNames, fixtureUrl, ordinaryEnding } from "./reference.js";

const names = fixtureNames("endings");
const references = new Map<string, Ending>();

before(async () => {
  for (const name of names) references.set(name, await ordinaryEnding(name));
});

const LIBRARY = new URL("../../main/index.js", import.meta.url).href;
const DRIVER = fileURLToPath(new URL("drive-endings.mjs", FIXTURES));

/** What was written before each marker, and the marker. */
function parts(output: string): [said: string, marker: string][] {
  const pieces = output.split("\0");
  return pieces.flatMap((piece, i) => (i % 2 === 1 ? [[pieces[i - 1] as string, piece]] : []));
}

async function workerEndings(options: object): Promise<Map<string, Ending>> {
  const urls = names.map((name) => fixtureUrl("endings", name));
  const driver = spawn(process.execPath, [DRIVER, LIBRARY, JSON.stringify(options), ...urls], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(driver.stdout), text(driver.stderr), once(driver, "close")]);
  assert.equal(code, 0, stderr);
  const said = parts(stderr);
  return new Map(
    parts(stdout).map(([output, marker], i) => {
      const { url, code, signal } = JSON.parse(marker);
      return [url, { code, signal, stdout: output, errors: errorLines(said[i]?.[0] ?? "") }];
    }),
  );
}

for (const [kind, options] of Object.entries(KINDS)) {
  describe(`a worker of a template that is ${kind}`, () => {
    let endings: Map<string, Ending>;

    before(async () => {
      endings = await workerEndings(options);
    });

    for (const name of names)
      it(name, () => assert.deepEqual(endings.get(fixtureUrl("endings", name)), references.get(name)));
  });
}
