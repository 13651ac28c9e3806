/**
 * Has V8's code of the helper kept for the Node that runs this: templates begin sooner with it. Nothing depends on it: where it
 * can't be written, or another Node is used later, V8 compiles as ever.
 */
import { existsSync } from "node:fs";
import process from "node:process";

const LIBRARY = new URL("../dist/main/index.js", import.meta.url);
const KEEPER = new URL("../dist/helper/keep-code.cjs", import.meta.url);
const TIMEOUT_MS = 20_000;

/** @returns why there is none now; undefined when all went well. Never rejects */
export async function keepCode() {
  if (!existsSync(LIBRARY)) return "the library is not built";
  try {
    const { Template } = await import(LIBRARY.href);
    // Under other flags V8 would not take the code.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const template = await Template.start({ runtime: process.execPath, modules: [KEEPER], env, signal });
    template.close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
