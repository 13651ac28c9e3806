/** After a suite nothing may be left: no descriptor, no process, no zombie. */
import assert from "node:assert/strict";
import net from "node:net";
import { after, before } from "node:test";
import { closeDefaultTemplate } from "../../main/index.js";
import { descriptors, type ProcessEntry, processesOf } from "./processes.js";
import { until } from "./until.js";

/** With its first stream libuv opens /dev/null, and keeps it for the day on which no descriptor is left. */
new net.Socket().on("error", () => {}).connect("/nobody/listens/here");

/** Call it inside a suite, before other hooks: its check then runs after them. */
export function forbidLeaks(): void {
  let open: Map<number, string>;
  let running: ProcessEntry[];
  before(() => {
    running = processesOf(process.pid);
    open = descriptors();
  });
  after(() => assertNothingLeft(open, running));
}

/** @throws AssertionError that names what is left, after giving it time to end */
export async function assertNothingLeft(open: Map<number, string>, running: readonly ProcessEntry[]): Promise<void> {
  closeDefaultTemplate();
  const known = new Set(running.map(({ pid }) => pid));
  let left: { descriptors: string[]; processes: string[] } | undefined;
  const look = () => {
    left = {
      descriptors: [...descriptors()]
        .filter(([fd, file]) => open.get(fd) !== file)
        .map(([fd, file]) => `${fd}: ${file}`),
      processes: processesOf(process.pid)
        .filter(({ pid }) => !known.has(pid))
        .map(({ pid, state, title }) => `${pid} ${state} ${title}`),
    };
    return left.descriptors.length === 0 && left.processes.length === 0;
  };
  await until(look, "the end of everything").catch(() => {});
  assert.deepEqual(left, { descriptors: [], processes: [] }, "something was left behind");
}
