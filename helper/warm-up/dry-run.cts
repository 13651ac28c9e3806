/**
 * Playing a worker's life, so that real ones find everything loaded and compiled, and what they write to in memory of
 * their own: what a template has done, no child has to do; what a spare has done, its start need not wait for.
 *
 * The play takes the very path that real processes take, with an addon that only pretends.
 */

import { once } from "node:events";

import path = require("node:path");

import { pathToFileURL } from "node:url";
import type { Addon } from "../../native/addon/addon.cjs";
import { LIBRARY } from "../../native/locate/place.cjs";
import { warmUpEvaluation } from "../commands/evaluate.cjs";
import { warmUpModules } from "../commands/modules.cjs";
import { setAside } from "../commands/process-state.cjs";
import { currentServer, type Host, Server } from "../commands/server.cjs";
import { prepareEntropy, wrapEntropy } from "../fork/entropy.cjs";
import { type Content, encodeContent } from "../protocol/content.cjs";
import { MAX_FRAME_BYTES } from "../protocol/frame.cjs";
import { MessageType } from "../protocol/message.cjs";
import { openSocket } from "../protocol/open-socket.cjs";
import type { RunPlan } from "../protocol/plans.cjs";
import { processFacts } from "../protocol/process-context.cjs";
import { SocketChannel } from "../protocol/socket-channel.cjs";
import { collectGarbage } from "./collect.cjs";
import { compileWarmFunctions, prepareCompilation } from "./warm-functions.cjs";

import part = require("./samples/worker.cjs");

declare global {
  var rehearsal: typeof part.play | undefined;
}

/** Undefined in a single executable, which has no files. */
const WARM_UP = LIBRARY === undefined ? undefined : path.join(LIBRARY, "helper", "warm-up", "samples");

/**
 * What the plays of a template run, and the one of a spare: a module that was loaded before takes another path. The second play takes
 * paths that the first one only prepares.
 */
const TEMPLATE_MODULES = ["first.cjs", "second.cjs"];
const SPARE_MODULE = "spare.cjs";

/** In a template, before any code of others has run. Let nothing else happen until it is done. Never rejects. */
export async function rehearse(addon: Addon, host: Host): Promise<void> {
  await withoutTrace(async () => {
    wrapEntropy();
    prepareEntropy();
    warmUpEvaluation();
    await warmUpModules();
    for (const module of TEMPLATE_MODULES) {
      await play(addon, host, MessageType.Fork, module);
      prepareEntropy();
    }
    collectGarbage();
    compileWarmFunctions();
    prepareCompilation();
  });
}

/** In a process that has nothing to do before its start. Never rejects. */
export async function rehearseStart(addon: Addon, host: Host): Promise<void> {
  await withoutTrace(async () => {
    await play(addon, host, MessageType.Run, SPARE_MODULE);
    for (const otherPlay of processFacts()?.plays ?? []) await otherPlay();
    compileWarmFunctions();
  });
}

/** The process is what it was before, also when no descriptor is left to play with. */
async function withoutTrace(playAll: () => Promise<void>): Promise<void> {
  const real = currentServer();
  const bringBack = setAside();
  try {
    await playAll();
  } catch (error) {
    const { message } = error as Error;
    process.emitWarning(`desktop-fork: the rehearsal of a start failed; starts will be slower: ${message}`);
  } finally {
    real?.takeOver();
    bringBack();
  }
}

/** What a process does to itself at its birth and at its start is not for one that only plays. */
function pretending(addon: Addon): Addon {
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

/**
 * @param from what to begin with: the birth of a child, or the start of a function in one that was born
 * @param module of the folder of warm-ups
 */
async function play(addon: Addon, host: Host, from: MessageType.Fork | MessageType.Run, module: string): Promise<void> {
  const { title } = process;
  const listeners = process.listeners("beforeExit");
  const [toChild, childFd] = addon.socketpair();
  const [socketFd, workerFd] = addon.socketpair();
  globalThis.rehearsal = part.play;
  const run: RunPlan =
    WARM_UP === undefined
      ? { function: "rehearsal", title }
      : { module: pathToFileURL(path.join(WARM_UP, module)).href, from: "", export: "play", title };
  send(addon, toChild, { type: MessageType.Sync });
  const isPrepared = from === MessageType.Run;
  if (isPrepared) send(addon, toChild, { type: MessageType.Prepare, plan: "function" }, workerFd);
  send(addon, toChild, { type: MessageType.Run, plan: run }, isPrepared ? undefined : workerFd);

  const { rehearseStart: _, ...others } = host;
  const server = new Server({ ...others, addon: pretending(addon) }, undefined);
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
  // Its end comes also when something went wrong: then the worker's end was closed with what it belonged to.
  const socket = openSocket(socketFd).resume();
  await once(socket, "close");
  globalThis.rehearsal = undefined;
  const { curtain } = WARM_UP === undefined ? part : (require(path.join(WARM_UP, "worker.cjs")) as typeof part);
  const closed = curtain();
  if (closed === undefined) process.emitWarning("desktop-fork: the rehearsal of a start failed; starts will be slower");
  await closed;

  const played = currentServer();
  played?.sayLeaving(0);
  played?.close();
  addon.close(toChild);
  if (toTemplate !== undefined) addon.close(toTemplate);
  for (const listener of process.listeners("beforeExit"))
    if (!listeners.includes(listener)) process.off("beforeExit", listener);
}

/** @param fd sent along, and closed here */
function send(addon: Addon, to: number, content: Content, fd?: number): void {
  addon.sendMessage(to, content.type, 1, encodeContent(content), fd === undefined ? [] : [fd]);
}
