/** What makes a runtime a process of ours: it waits for commands from its parent. */
import type { Addon } from "../../native/addon/addon.cjs";
import { warmUpModules } from "../commands/modules.cjs";
import { type Host, Server } from "../commands/server.cjs";
import type { Channel, ChannelEvents } from "../protocol/channel.cjs";
import { MAX_FRAME_BYTES } from "../protocol/frame.cjs";
import { MessageType, PROTOCOL_VERSION } from "../protocol/message.cjs";
import { loadNet } from "../protocol/open-socket.cjs";
import { CHANNEL_FD, type Hello } from "../protocol/plans.cjs";
import { SocketChannel } from "../protocol/socket-channel.cjs";
import { StreamChannel } from "../protocol/stream-channel.cjs";
import { rehearse, rehearseStart } from "../warm-up/dry-run.cjs";
import { loadForChildren } from "../warm-up/late-modules.cjs";
import { beginTrial, type Trial } from "./fork-self-test.cjs";
import type { Prepared } from "./prepare.cjs";

/** Where no addon can receive it later, the worker's socket is there from the start. */
const SOCKET_FD = 4;

/**
 * From now on the process does what its parent says.
 * @param trial the one that has begun already
 */
export async function serve({ plan, addon }: Prepared, trial?: Trial): Promise<void> {
  const host: Host = { addon, unforkable: plan.unforkable, socketFd: addon === undefined ? SOCKET_FD : undefined };
  const server = new Server(host, plan.detached ? undefined : CHANNEL_FD);
  server.takeOver();
  // It may have passed elsewhere, and be left out here: the dynamic linker preloads nothing for some.
  if (addon?.hasGuard() === false)
    host.unforkable ??= "the fork guard is not loaded: it can't be preloaded into this runtime";
  const hello: Hello = { protocol: PROTOCOL_VERSION, pid: process.pid, node: process.version };
  if (addon !== undefined && plan.tryFork && host.unforkable === undefined)
    host.unforkable = await (trial ?? beginTrial(addon)).verdict;
  if (host.unforkable !== undefined) hello.unforkable = host.unforkable;
  const channel = openChannel(addon, server);
  server.serve(channel);
  channel.say({ type: MessageType.Hello, hello });

  if (addon !== undefined && host.unforkable === undefined) {
    host.littered = false;
    host.rehearseStart = (child) => rehearseStart(addon, child);
    server.commands.rehearse(() => rehearse(addon, host));
    // What has been asked for already is answered first; what is to be forked waits for the check phase, too.
    setImmediate(() => {
      loadForChildren();
      server.commands.stayAwake();
    });
  } else server.commands.busyWith(warmUpModules());
  // Most have been asked for something while they began.
  if (channel instanceof SocketChannel) channel.readNow();
}

function openChannel(addon: Addon | undefined, events: ChannelEvents): Channel {
  const maxPayloadBytes = MAX_FRAME_BYTES;
  if (addon !== undefined) return new SocketChannel({ addon, fd: CHANNEL_FD, events, maxPayloadBytes });
  const { Socket } = loadNet();
  return new StreamChannel(new Socket({ fd: CHANNEL_FD, readable: true, writable: true }), events, maxPayloadBytes);
}
