/** Does one thing with both implementations. */
import childProcess from "node:child_process";
import { exec, execFile, spawn } from "../../../main/index.js";
import { PATIENCE_MS } from "../../support/patience.js";
import type { Api, Behaviour } from "./behaviour.js";

const OURS = { spawn, exec, execFile } as unknown as Api;

export interface Comparison {
  theirs: unknown;
  ours: unknown;
}

export async function compare(behaviour: Behaviour): Promise<Comparison> {
  return { theirs: await observe(behaviour, childProcess), ours: await observe(behaviour, OURS) };
}

async function observe({ name, observe }: Behaviour, api: Api): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    const who = api === OURS ? "ours" : "node:child_process";
    timer = setTimeout(() => reject(new Error(`'${name}' did not come to an end with ${who}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([observe(api), late]);
  } finally {
    clearTimeout(timer);
  }
}
