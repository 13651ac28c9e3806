/** What an ordinary Node makes of a fixture: the measure of every worker. */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { FIXTURES } from "./kinds.js";

const IN_NODE = fileURLToPath(new URL("in-node.mjs", FIXTURES));

/** Names of the fixtures of one folder. */
export function fixtureNames(folder: "features" | "endings"): string[] {
  return readdirSync(new URL(folder, FIXTURES))
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => name.slice(0, -".mjs".length))
    .sort();
}

export function fixtureUrl(folder: "features" | "endings", name: string): string {
  return new URL(`${folder}/${name}.mjs`, FIXTURES).href;
}

/** A feature's result in an ordinary process. */
export async function ordinaryResult(name: string): Promise<unknown> {
  const child = fork(IN_NODE, [fixtureUrl("features", name), "--report"], { execArgv: [] });
  const result = new Promise<unknown>((resolve) => child.once("message", (json) => resolve(JSON.parse(String(json)))));
  const [code, signal] = await once(child, "exit");
  if (code !== 0) throw new Error(`'${name}' fails in an ordinary process: code ${code}, signal ${signal}`);
  return await result;
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** The lines of stderr that name an error. */
  errors: string[];
}

/** How an ordinary process ends. */
export async function ordinaryEnding(name: string): Promise<Ending> {
  const child = spawn(process.execPath, [IN_NODE, fixtureUrl("endings", name)], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, errors: errorLines(stderr) };
}

export function errorLines(stderr: string): string[] {
  return stderr.split("\n").filter((line) => /^(\w*Error\b|Uncaught|Node\.js v)/.test(line));
}
