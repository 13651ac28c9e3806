/** Runs a little program as a process of its own, as a person would. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fixturePath } from "./fixtures.js";
import { PATIENCE_MS } from "./patience.js";

export interface ProgramOptions {
  args?: readonly string[];
  execArgv?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  /** A program to run it with: `["prlimit", "--nofile=64"]`. */
  under?: readonly string[];
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Program {
  child: ChildProcess;
  ended: Promise<Ending>;
}

/** Starts a program of test/fixtures/contract with this very Node. Its standard input is closed. */
export function startProgram(name: string, options: ProgramOptions = {}): Program {
  const { args = [], execArgv = [], env = {}, under = [] } = options;
  const [file, ...rest] = [...under, process.execPath, ...execArgv, fixturePath(name), ...args] as [
    string,
    ...string[],
  ];
  const child = spawn(file, rest, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  return { child, ended: ending(child) };
}

/** @returns how the program ended, and all that it said */
export function runProgram(name: string, options?: ProgramOptions): Promise<Ending> {
  return startProgram(name, options).ended;
}

async function ending(child: ChildProcess): Promise<Ending> {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, stderr };
}
