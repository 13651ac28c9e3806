/** The little programs and modules under test/fixtures/contract, which are not compiled. */
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** This file runs from dist/test/support. */
const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/contract", import.meta.url));

export function fixturePath(name: string): string {
  return path.resolve(FIXTURES, name);
}

export function fixture(name: string): URL {
  return pathToFileURL(fixturePath(name));
}
