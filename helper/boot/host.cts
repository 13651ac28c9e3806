/** A runtime that waits for commands from its parent. */
import type { Addon } from "../../native/addon/addon.cjs";
import type { Host } from "../commands/host.cjs";
import { Server } from "../commands/server.cjs";
import type { Channel, ChannelEvents } from "../protocol/channel.cjs";
import type { Received } from "../protocol/content.cjs";
import { MAX_FRAME_BYTES } from "../protocol/frame.cjs";
import { MessageType, PROTOCOL_VERSION } from "../protocol/message.cjs";
import { loadNet } from "../protocol/open-socket.cjs";
import { CHANNEL_FD, type Hello } from "../protocol/plans.cjs";
import { SocketChannel } from "../protocol/socket-channel.cjs";
import { StreamChannel } from "../protocol/stream-channel.cjs";
import { warmUp } from "../warm-up/warm-up.cjs";
import { beginSelfTest, type SelfTest } from "./fork-self-test.cjs";
import type { Prepared } from "./prepare.cjs";

/** Where no addon can receive it later, the worker's socket is there from the start. */
const SOCKET_FD = 4;

/**
 * From now on the parent commands this process.
 * @param selfTest the one that has begun already
 */
export async function serve({ plan, addon, context }: Prepared, selfTest?: SelfTest): Promise<void> {
  const socketFd = addon === undefined ? SOCKET_FD : undefined;
  const host: Host = { addon, unforkable: plan.unforkable, socketFd, fresh: true, warmUp };
  const server = new Server(host, plan.detached ? undefined : CHANNEL_FD);
  server.takeOver();
  // It may have passed elsewhere, and be left out here: the dynamic linker preloads nothing for some.
  if (addon?.hasGuard() === false)
    host.unforkable ??= "the fork guard is not loaded: it can't be preloaded into this runtime";
  const hello: Hello = { protocol: PROTOCOL_VERSION, pid: process.pid, node: process.version };
  if (addon !== undefined && plan.tryFork && host.unforkable === undefined)
    host.unforkable = await (selfTest ?? beginSelfTest(addon)).result;
  if (host.unforkable !== undefined) hello.unforkable = host.unforkable;
  const channel = openChannel(addon, server);
  server.serve(channel);
  channel.say({ type: MessageType.Hello, hello });

  if (addon !== undefined && host.unforkable === undefined) {
    context.serviceLoaded = () => warmUp.service(addon);
    server.commands.whenIdle({ begin: () => warmUp.template(addon, host), comesBefore: isForChildren });
    // Commands that are here already are answered first; a fork waits for the check phase, too.
    setImmediate(() => {
      warmUp.loadForChildren();
      server.commands.awaitIdleness();
    });
  } else server.commands.busyWith(warmUp.loadLoaders());
  // Most parents have sent commands by now.
  if (channel instanceof SocketChannel) channel.readNow();
}

/** Before the first of these commands a template warms up: a child has what they leave behind, or nobody waits for it. */
function isForChildren(command: Received): boolean {
  if (command.type === MessageType.Fork) return command.plan.spare === true;
  return command.type === MessageType.Require || command.type === MessageType.Eval;
}

function openChannel(addon: Addon | undefined, events: ChannelEvents): Channel {
  const maxPayloadBytes = MAX_FRAME_BYTES;
  if (addon !== undefined) return new SocketChannel({ addon, fd: CHANNEL_FD, events, maxPayloadBytes });
  const { Socket } = loadNet();
  return new StreamChannel(new Socket({ fd: CHANNEL_FD, readable: true, writable: true }), events, maxPayloadBytes);
}
