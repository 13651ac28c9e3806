/** The programs under test/fixtures/seed. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PATIENCE_MS } from "./patience.js";

const FIXTURES = new URL("../../../test/fixtures/seed/", import.meta.url);

export function seedFixture(name: string): URL {
  return new URL(name, FIXTURES);
}

/** @returns what it wrote to standard output; to standard error it may write nothing */
export async function seedProgram(name: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [fileURLToPath(seedFixture(name))], {
    env: { ...process.env, ...env },
    timeout: PATIENCE_MS,
  });
  if (stderr !== "") throw new Error(`${name} wrote to standard error: ${stderr}`);
  return stdout;
}
