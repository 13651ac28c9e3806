/** What is executed in front of a fresh runtime: a debugger, or what traces and measures. */
import { splitWords } from "../../helper/protocol/split-words.cjs";
import { variable } from "../base/environment.js";

const ENV = "/usr/bin/env";

/**
 * @param preload the runtime's LD_PRELOAD, which is nothing for the programs in front of it
 * @returns the words in front of the runtime; none: the runtime is executed itself
 * @throws ForkError ERR_FORK_ARGUMENT when DESKTOP_FORK_CMD_PREFIX has no words, or an open quote
 */
export function commandPrefix(preload: string | undefined): string[] {
  const words = splitWords(variable("DESKTOP_FORK_CMD_PREFIX") ?? "") ?? [];
  if (words.length === 0 || preload === undefined) return words;
  return [...words, ENV, `LD_PRELOAD=${preload}`];
}
