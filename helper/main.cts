/** Where a fresh runtime starts: node [flags] main.cjs '<plan>'. */
import net = require("node:net");

import { loadAddon } from "../native/addon.cjs";
import { ignoreInterrupt } from "./after-fork.cjs";
import { leaveQuickly } from "./exit.cjs";
import { setFacts } from "./facts.cjs";
import { tryFork } from "./fork.cjs";
import { warmUpModules } from "./modules.cjs";
import { takeArguments } from "./process-state.cjs";
import { rehearse } from "./rehearsal.cjs";
import { type Host, Server } from "./server.cjs";
import { MAX_PAYLOAD_BYTES, MessageType, PROTOCOL_VERSION } from "./wire/message.cjs";
import type { Hello, StartPlan } from "./wire/plans.cjs";
import { SocketChannel } from "./wire/socket-channel.cjs";
import { StreamChannel } from "./wire/stream-channel.cjs";

const CHANNEL_FD = 3;
/** Where no addon can receive it later, the worker's socket is there from the start. */
const SOCKET_FD = 4;

async function start(plan: StartPlan): Promise<void> {
  const addon = plan.addon === undefined ? undefined : loadAddon(plan.addon);
  if (addon instanceof Error) throw addon;
  addon?.adoptThreads();
  if (addon !== undefined) leaveQuickly(addon, plan.execArgv);
  ignoreInterrupt(addon);
  process.title = plan.title;
  setFacts({ owner: plan.owner, takeArguments, onFork: new Set() });

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

  if (addon !== undefined && host.unforkable === undefined) server.busyWith(rehearse(addon, host));
  else server.busyWith(warmUpModules());
}

const plan = JSON.parse(process.argv[2] as string) as StartPlan;
process.argv.length = 1;
// The flags that only a template needs are nothing for the programs that its workers start.
process.execArgv = [...plan.execArgv];
// What made this Electron a Node is nothing for other Electrons that its workers may start.
if ("electron" in process.versions) delete process.env["ELECTRON_RUN_AS_NODE"];
void start(plan);
