/** The little programs and modules under test/fixtures/contract, which are not compiled. */
import { fileURLToPath } from "node:url";

/** This file runs from dist/test/support. */
const FIXTURES = new URL("../../../test/fixtures/contract/", import.meta.url);

export function fixture(name: string): URL {
  return new URL(name, FIXTURES);
}

export function fixturePath(name: string): string {
  return fileURLToPath(fixture(name));
}
