/** A reporter beside the one that people read: says in which test a file hangs, shortly before the runner ends it. */
import type { TestEvent } from "node:test/reporters";
import { FILE_TIMEOUT_MS } from "./patience.js";
import { type ProcessEntry, processes } from "./processes.js";

const WARN_MS = FILE_TIMEOUT_MS - 5_000;

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<never> {
  const files = new Map<string, { timer: NodeJS.Timeout; running: Map<number, string> }>();
  for await (const { type, data } of events) {
    if (type !== "test:dequeue" && type !== "test:complete") continue;
    const { name, nesting, file } = data as { name: string; nesting: number; file?: string };
    if (file === undefined) continue;
    const state = files.get(file);
    if (name === file && type === "test:dequeue") {
      const running = new Map<number, string>();
      files.set(file, { running, timer: setTimeout(() => warn(file, [...running.values()]), WARN_MS) });
    } else if (name === file) {
      clearTimeout(state?.timer);
      files.delete(file);
    } else if (type === "test:dequeue") state?.running.set(nesting, name);
    else state?.running.delete(nesting);
  }
}

function warn(file: string, running: readonly string[]): void {
  const where = running.length > 0 ? `in '${running.join(" > ")}'` : "after its tests";
  const all = processes();
  const roots = all.filter(({ parent, title }) => parent === process.pid && title.includes(file));
  const lines = roots.flatMap((root) => family(root, all)).map(({ pid, state, title }) => `  ${pid} ${state} ${title}`);
  const left = lines.length > 0 ? lines.join("\n") : "  none of its own; another may hold its standard output open";
  process.stderr.write(`${file} hangs ${where}; its processes are:\n${left}\n`);
}

function family(root: ProcessEntry, all: readonly ProcessEntry[]): ProcessEntry[] {
  const children = all.filter(({ parent }) => parent === root.pid);
  return [root, ...children.flatMap((child) => family(child, all))];
}
