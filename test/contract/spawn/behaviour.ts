/** What is compared between node:child_process and ours: something to do, and what can be seen of it. */
import type childProcess from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { text } from "node:stream/consumers";

export type Api = Pick<typeof childProcess, "spawn" | "exec" | "execFile">;

export interface Behaviour {
  name: string;
  /** Does it, and tells what was seen, in values that can be compared. */
  observe(api: Api): unknown;
  /** The row of the table in docs/spawn.md that says why ours is not the same. */
  differs?: string;
}

/** What a person can tell of an error. */
export function seenError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const fields: Record<string, unknown> = { name, message };
  for (const [key, value] of Object.entries(error)) fields[key] = value instanceof Error ? seenError(value) : value;
  if (error.cause !== undefined) fields["cause"] = seenError(error.cause);
  return fields;
}

/** What a call throws. A child that it starts instead is a failure of the test, and ended. */
export function thrown(call: () => ChildProcess): unknown {
  try {
    const child = call();
    child.on("error", () => {});
    child.kill("SIGKILL");
    return "it started something";
  } catch (error) {
    return seenError(error);
  }
}

export interface Story {
  events: unknown[];
  stdout: string | null;
  stderr: string | null;
}

const EVENTS = ["spawn", "error", "exit", "close", "disconnect", "message"];

/** All events of a child with their arguments, and its output, until its end. */
export async function story(child: ChildProcess): Promise<Story> {
  const events: unknown[] = [];
  for (const event of EVENTS) child.on(event, (...args: unknown[]) => events.push([event, ...args.map(seenError)]));
  const output = (stream: NodeJS.ReadableStream | null) => (stream ? text(stream as never) : null);
  const closed = new Promise((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([output(child.stdout), output(child.stderr), closed]);
  return { events, stdout, stderr };
}

/** The same for a child whose streams nobody touches. */
export async function untouched(child: ChildProcess): Promise<unknown[]> {
  const events: unknown[] = [];
  for (const event of EVENTS) child.on(event, (...args: unknown[]) => events.push([event, ...args.map(seenError)]));
  await new Promise((resolve) => child.once("close", resolve));
  return events;
}

/** What a shell command prints when it is started this way. */
export async function shellSays(
  api: Api,
  script: string,
  options: childProcess.SpawnOptions = {},
): Promise<string | null> {
  const child = api.spawn("/bin/sh", ["-c", script], {
    ...options,
    stdio: options.stdio ?? ["ignore", "pipe", "inherit"],
  });
  const { stdout, events } = await story(child);
  const failed = events.find((event) => Array.isArray(event) && event[0] === "error");
  return failed === undefined ? stdout : JSON.stringify(failed);
}
