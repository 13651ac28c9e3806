/**
 * A worker's whole life, in a process that is none: real workers find everything loaded and compiled, and the memory that
 * a start writes to is their own already. The dry run takes the very path that real processes take, with an addon that
 * does nothing to the process itself.
 */

import { once } from "node:events";

import path = require("node:path");

import { pathToFileURL } from "node:url";
import type { Addon } from "../../native/addon/addon.cjs";
import { LIBRARY } from "../../native/locate/place.cjs";
import type { Host } from "../commands/host.cjs";
import { currentServer, Server } from "../commands/server.cjs";
import { type Content, encodeContent } from "../protocol/content.cjs";
import { MAX_FRAME_BYTES } from "../protocol/frame.cjs";
import { MessageType } from "../protocol/message.cjs";
import { openSocket } from "../protocol/open-socket.cjs";
import type { RunPlan } from "../protocol/plans.cjs";
import { SocketChannel } from "../protocol/socket-channel.cjs";

import sample = require("./samples/worker.cjs");

declare global {
  var desktopForkDryRun: typeof sample.work | undefined;
}

/** Undefined in a single executable, which has no files. */
const SAMPLES = LIBRARY === undefined ? undefined : path.join(LIBRARY, "helper", "warm-up", "samples");

interface DryRun {
  /** How the life begins: with the fork of a child, or with the start of a function in one that is there. */
  from: MessageType.Fork | MessageType.Run;
  /** Of the samples. */
  module: string;
}

export async function dryRun(addon: Addon, host: Host, { from, module }: DryRun): Promise<void> {
  const { title } = process;
  const listeners = process.listeners("beforeExit");
  const [toChild, childFd] = addon.socketpair();
  const [socketFd, workerFd] = addon.socketpair();
  globalThis.desktopForkDryRun = sample.work;
  const run: RunPlan =
    SAMPLES === undefined
      ? { function: "desktopForkDryRun", title }
      : { module: pathToFileURL(path.join(SAMPLES, module)).href, from: "", export: "work", title };
  send(addon, toChild, { type: MessageType.Sync });
  const isPrepared = from === MessageType.Run;
  if (isPrepared) send(addon, toChild, { type: MessageType.Prepare, plan: "function" }, workerFd);
  send(addon, toChild, { type: MessageType.Run, plan: run }, isPrepared ? undefined : workerFd);

  const server = new Server({ ...host, fresh: false, addon: harmless(addon) }, undefined);
  server.takeOver();
  const serve = (fd: number) =>
    server.serve(new SocketChannel({ addon, fd, events: server, maxPayloadBytes: MAX_FRAME_BYTES }));
  let toTemplate: number | undefined;
  if (from === MessageType.Run) {
    serve(childFd);
  } else {
    const [ours, theirs] = addon.socketpair();
    toTemplate = ours;
    send(addon, ours, { type: MessageType.Fork, plan: { title, detached: true } }, childFd);
    serve(theirs);
  }
  // The socket closes also when something went wrong: the worker's end is closed with its owner.
  const socket = openSocket(socketFd).resume();
  await once(socket, "close");
  globalThis.desktopForkDryRun = undefined;
  const { takeClosed } = SAMPLES === undefined ? sample : (require(path.join(SAMPLES, "worker.cjs")) as typeof sample);
  const closed = takeClosed();
  if (closed === undefined) process.emitWarning("desktop-fork: the warm-up failed; starts will be slower");
  await closed;

  const child = currentServer();
  child?.sayLeaving(0);
  child?.close();
  addon.close(toChild);
  if (toTemplate !== undefined) addon.close(toTemplate);
  for (const listener of process.listeners("beforeExit"))
    if (!listeners.includes(listener)) process.off("beforeExit", listener);
}

/** Does nothing to the process that it is called in. */
function harmless(addon: Addon): Addon {
  const nothing = () => {};
  return {
    ...addon,
    fork: () => 0,
    setsid: nothing,
    lifeline: nothing,
    defaultSignal: nothing,
    ignoreSignal: nothing,
    watchChildren: nothing,
    reapChildren: () => [],
  };
}

/** @param fd sent along, and closed here */
function send(addon: Addon, to: number, content: Content, fd?: number): void {
  addon.sendMessage(to, content.type, 1, encodeContent(content), fd === undefined ? [] : [fd]);
}
