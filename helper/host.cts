/** What makes a runtime a process of ours: it waits for commands from its parent. */
import fs = require("node:fs");
import net = require("node:net");

import { type Addon, loadAddon } from "../native/addon.cjs";
import { ignoreInterrupt } from "./after-fork.cjs";
import { leaveQuickly } from "./exit.cjs";
import { tryFork } from "./fork.cjs";
import { warmUpModules } from "./modules.cjs";
import { takeArguments } from "./process-state.cjs";
import { rehearse, rehearseStart } from "./rehearsal.cjs";
import { type Host, Server } from "./server.cjs";
import { type ProcessFacts, setFacts } from "./wire/facts.cjs";
import { MAX_PAYLOAD_BYTES, MessageType, PROTOCOL_VERSION } from "./wire/message.cjs";
import type { Hello, StartPlan } from "./wire/plans.cjs";
import { SocketChannel } from "./wire/socket-channel.cjs";
import { StreamChannel } from "./wire/stream-channel.cjs";

const CHANNEL_FD = 3;
/** Where no addon can receive it later, the worker's socket is there from the start. */
const SOCKET_FD = 4;

export interface Prepared {
  plan: StartPlan;
  addon: Addon | undefined;
  facts: ProcessFacts;
}

/** What has to happen before any code of others runs. */
export function prepare(plan: StartPlan): Prepared {
  // The flags that only a template needs are nothing for the programs that its workers start.
  process.execArgv = [...plan.execArgv];
  // What made this Electron a Node is nothing for other Electrons that its workers may start.
  if ("electron" in process.versions) delete process.env["ELECTRON_RUN_AS_NODE"];
  const addon = plan.addon === undefined ? undefined : loadAddon(plan.addon);
  if (addon instanceof Error) throw addon;
  for (const fd of plan.files ?? []) fs.closeSync(fd);
  addon?.adoptThreads();
  if (addon !== undefined) leaveQuickly(addon, plan.execArgv);
  ignoreInterrupt(addon);
  process.title = plan.title;
  const facts: ProcessFacts = { owner: plan.owner, addon, takeArguments, onFork: new Set() };
  setFacts(facts);
  return { plan, addon, facts };
}

/** From now on the process does what its parent says. */
export async function serve({ plan, addon }: Prepared): Promise<void> {
  const host: Host = { addon, unforkable: plan.unforkable, socketFd: addon === undefined ? SOCKET_FD : undefined };
  const server = new Server(host, plan.detached ? undefined : CHANNEL_FD);
  if (addon !== undefined && plan.tryFork) host.unforkable = await tryFork(addon);

  const channel =
    addon === undefined
      ? new StreamChannel(new net.Socket({ fd: CHANNEL_FD, readable: true, writable: true }), server, MAX_PAYLOAD_BYTES)
      : new SocketChannel({ addon, fd: CHANNEL_FD, events: server, maxPayloadBytes: MAX_PAYLOAD_BYTES });
  server.serve(channel);
  server.takeOver();
  const hello: Hello = { protocol: PROTOCOL_VERSION, pid: process.pid, node: process.version };
  if (host.unforkable !== undefined) hello.unforkable = host.unforkable;
  channel.send(MessageType.Hello, 0, [JSON.stringify(hello)]);

  if (addon !== undefined && host.unforkable === undefined) {
    host.rehearseStart = (child) => rehearseStart(addon, child);
    server.busyWith(rehearse(addon, host));
  } else server.busyWith(warmUpModules());
}
