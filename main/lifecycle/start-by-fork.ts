/** A fork of another process: asked for, and told of when it has come to life. */
import { LOST_HANDLE, MessageType } from "../../helper/protocol/message.cjs";
import type { ForkPlan } from "../../helper/protocol/plans.cjs";
import { SocketChannel } from "../../helper/protocol/socket-channel.cjs";
import { unpackedPath } from "../../native/locate/archive.cjs";
import { requireAddon } from "../base/addon.js";
import { noDescriptorError } from "../base/errors.js";
import type { Change } from "../base/rights.js";
import { Connection, MAX_ANSWER_BYTES } from "../connection/connection.js";
import { PidfdHandle } from "../connection/process-handle.js";
import { socketPair } from "../handles/socket-pair.js";
import type { Stdio } from "../handles/stdio.js";
import type { BirthOptions } from "./options.js";

export interface ForkStart {
  /** What was asked for this very process. */
  options: BirthOptions;
  /** What this program has changed for itself since it asked for the source. */
  change: Change | undefined;
  /** Its descriptors are given away. */
  stdio: Stdio | undefined;
  /** Called before the process is asked for: what fails then is told to the connection. */
  connect(connection: Connection): void;
  /** Whether nobody wants it any more, when it has come to life. */
  isUnwanted(): boolean;
}

/** @throws ForkError ERR_FORK_SYSTEM, ERR_FORK_UNSUPPORTED */
export function startFork(source: Connection, { options, change, stdio, connect, isUnwanted }: ForkStart): void {
  const addon = requireAddon("a fork");
  const plan = planOf(options, change);
  const [ours, theirs] = socketPair(addon);
  const { fds, places } = stdio?.release() ?? { fds: [], places: [] };
  if (places.length > 0) plan.stdio = places;
  const connection = new Connection(source);
  connection.open(new SocketChannel({ addon, fd: ours, events: connection, maxPayloadBytes: MAX_ANSWER_BYTES }));
  connect(connection);
  source.request(MessageType.Fork, [textOf(plan)], [theirs, ...fds], {
    answered: ({ values, handles: [pidfd = LOST_HANDLE] }) => {
      if (pidfd === LOST_HANDLE) return connection.stillborn(noDescriptorError("the new process"));
      connection.born(new PidfdHandle(addon, Number(values[0]), pidfd, false));
      if (isUnwanted()) connection.kill("SIGKILL");
    },
    failed: (error) => connection.stillborn(error),
  });
}

/** That of the plan which was asked for last: mostly it is asked for again. */
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

function planOf({ title, cwd, env, detached, spare }: BirthOptions, change: Change | undefined): ForkPlan {
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
