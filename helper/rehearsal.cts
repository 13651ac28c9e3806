/**
 * Playing a worker's start in the template, so that its children find everything loaded and compiled: what the template
 * has done, no child has to do.
 */
import { once } from "node:events";
import type net from "node:net";
import type { Addon } from "../native/addon.cjs";
import { becomeChild, ignoreInterrupt } from "./after-fork.cjs";
import { prepareEntropy, wrapEntropy } from "./entropy.cjs";
import { warmUpEvaluation } from "./evaluate.cjs";
import { warmUpModules } from "./modules.cjs";
import { type Host, Server } from "./server.cjs";
import { encodeMessage, MAX_PAYLOAD_BYTES, MessageType } from "./wire/message.cjs";
import type { RunPlan } from "./wire/plans.cjs";
import { SocketChannel } from "./wire/socket-channel.cjs";

declare global {
  var rehearsal: ((socket: net.Socket) => void) | undefined;
}

/** Call it before any code of others has run, and let nothing else happen until it is done. Never rejects. */
export async function rehearse(addon: Addon, host: Host): Promise<void> {
  const { title } = process;
  const others = process.listeners("beforeExit");
  wrapEntropy();
  prepareEntropy();
  becomeChild(addon, { title });
  warmUpEvaluation();
  await warmUpModules();
  await playWorker(addon, host, title);
  prepareEntropy();
  // What the part of a worker left behind.
  for (const listener of process.listeners("beforeExit"))
    if (!others.includes(listener)) process.off("beforeExit", listener);
  ignoreInterrupt(addon);
}

async function playWorker(addon: Addon, host: Host, title: string): Promise<void> {
  const [ours, theirs] = addon.socketpair();
  const [socketFd, workerFd] = addon.socketpair();
  let closed: Promise<unknown> | undefined;
  globalThis.rehearsal = (socket) => {
    closed = once(socket, "close");
    socket.end("x");
    socket.resume();
  };
  const plan: RunPlan = { function: "rehearsal", title };
  addon.sendmsg(ours, encodeMessage(MessageType.Run, 1, [JSON.stringify(plan)], 1), [workerFd]);
  addon.close(workerFd);

  const server = new Server(host, undefined);
  const channel = new SocketChannel({ addon, fd: theirs, events: server, maxPayloadBytes: MAX_PAYLOAD_BYTES });
  server.serve(channel);
  channel.readNow();
  addon.recvmsg(socketFd, Buffer.alloc(1)); // unread, it would reset the connection
  addon.close(socketFd);
  await closed;
  server.sayLeaving(0);
  channel.close();
  addon.close(ours);
  globalThis.rehearsal = undefined;
}
