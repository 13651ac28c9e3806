/**
 * Has V8's code of the helper kept for the Node that runs this: templates begin sooner with it. Nothing depends on it: where it
 * can't be written, or another Node is used later, V8 compiles as ever. Exits with 1, and says why, when it was not kept.
 */
import process from "node:process";

const LIBRARY = new URL("../../dist/main/index.js", import.meta.url);
const KEEPER = new URL("../../dist/helper/keep-code.cjs", import.meta.url);
const TIMEOUT_MS = 20_000;

try {
  const { Template } = await import(LIBRARY.href);
  // Under other flags V8 would not take the code.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const template = await Template.start({ runtime: process.execPath, modules: [KEEPER], env, signal });
  template.close();
} catch (error) {
  console.error(
    `desktop-fork: V8's code of the helper was not kept: ${error instanceof Error ? error.message : error}`,
  );
  process.exitCode = 1;
}
