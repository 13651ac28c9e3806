/** A program's environment, as the kernel takes it. */
import process from "node:process";
import { isMainThread } from "node:worker_threads";
import { blockOf } from "../../helper/protocol/block.cjs";
import { type Block, Gathered } from "../../native/addon/addon.cjs";
import type { Environment } from "./command.js";

/** What this program had as its environment at first: the real one, and not an object that looks like it. */
const real = isMainThread ? process.env : undefined;

/** child_process hands it on to every program, so that coverage reaches those with an environment of their own. */
const ALWAYS = "NODE_V8_COVERAGE";

/** @param env undefined: that of this program, at this moment */
export function environmentBlock(env: Environment | undefined): Block | Gathered {
  if (env === undefined && process.env === real) return Gathered.Environment;
  const entries: string[] = [];
  for (const name in env ?? process.env) {
    const value = (env ?? process.env)[name];
    if (value !== undefined) entries.push(`${name}=${value}`);
  }
  if (env !== undefined && process.env[ALWAYS] && !Object.hasOwn(env, ALWAYS))
    entries.push(`${ALWAYS}=${process.env[ALWAYS]}`);
  return blockOf(entries);
}
