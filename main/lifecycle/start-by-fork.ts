/** A fork of another process: asked for, and told of when it has started. */
import { LOST_HANDLE, MessageType } from "../../helper/protocol/message.cjs";
import type { ForkPlan } from "../../helper/protocol/plans.cjs";
import { SocketChannel } from "../../helper/protocol/socket-channel.cjs";
import { unpackedPath } from "../../native/locate/archive.cjs";
import { requireAddon } from "../base/addon.js";
import { noDescriptorError } from "../base/errors.js";
import type { Change } from "../base/rights.js";
import { MAX_ANSWER_BYTES } from "../connection/incoming.js";
import { PidfdHandle } from "../connection/process-handle.js";
import { assertMayStart } from "../connection/registry.js";
import { socketPair } from "../handles/socket-pair.js";
import type { ManagedProcess } from "./managed-process.js";
import type { StartOptions } from "./options.js";

/**
 * @param options what was asked for this very process
 * @param change what this program has changed for itself since it asked for the source
 * @throws ForkError ERR_FORK_SYSTEM, ERR_FORK_UNSUPPORTED, ERR_FORK_CLOSED; nothing has been asked then
 */
export function startByFork(
  process: ManagedProcess,
  source: ManagedProcess,
  options: StartOptions,
  change: Change | undefined,
): void {
  assertMayStart();
  const addon = requireAddon("a fork");
  const plan = planOf(options, change);
  const [ours, theirs] = socketPair(addon);
  const { fds, places } = process.log.stdio?.release() ?? { fds: [], places: [] };
  if (places.length > 0) plan.stdio = places;
  const channel = new SocketChannel({ addon, fd: ours, events: process, maxPayloadBytes: MAX_ANSWER_BYTES });
  process.connect(channel, { source });
  source.request(MessageType.Fork, [textOf(plan)], [theirs, ...fds], {
    answered: ({ values, handles: [pidfd = LOST_HANDLE] }) => {
      if (pidfd === LOST_HANDLE) process.startFailed(noDescriptorError("the new process"));
      else process.started(new PidfdHandle(addon, Number(values[0]), pidfd, false));
    },
    failed: (error) => process.startFailed(error),
  });
}

/** The plan that was asked for last: mostly it is asked for again. */
let written: { title: string; spare: boolean | undefined; text: string } | undefined;

function textOf(plan: ForkPlan): string {
  const { title, spare } = plan;
  if (plan.umask !== undefined || plan.priority !== undefined || plan.directory !== undefined)
    return JSON.stringify(plan);
  if (plan.detached || plan.cwd !== undefined || plan.env !== undefined || plan.stdio !== undefined)
    return JSON.stringify(plan);
  if (written?.title !== title || written.spare !== spare) written = { title, spare, text: JSON.stringify(plan) };
  return written.text;
}

function planOf({ title, cwd, env, detached, spare }: StartOptions, change: Change | undefined): ForkPlan {
  const plan: ForkPlan = { title };
  if (spare) plan.spare = true;
  if (detached) plan.detached = true;
  if (change?.umask !== undefined) plan.umask = change.umask;
  if (change?.priority !== undefined) plan.priority = change.priority;
  if (change?.directory !== undefined) plan.directory = change.directory;
  if (cwd !== undefined) plan.cwd = unpackedPath(cwd);
  if (env !== undefined) plan.env = JSON.parse(JSON.stringify(env)) as Record<string, string>;
  return plan;
}
