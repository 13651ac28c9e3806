/** Who starts programs: a template, or child_process where there is none. */
import { debuglog } from "node:util";
import type { Addon } from "../../native/addon.cjs";
import type { Connection } from "../connection.js";
import type { ForkError } from "../errors.js";
import { tryAddon } from "../native.js";
import { whyUnforkable } from "../runtime.js";
import { defaultTemplateCore } from "../template-core.js";

export interface Backend {
  addon: Addon;
  connection: Connection;
}

const debug = debuglog("desktop-fork");
const said = new Set<string>();

let broken: string | undefined;

/** Another template would fare no better; whoever waits for this one is told. */
export function noteFailure(error: Error): void {
  if ((error as ForkError).code === "ERR_FORK_RUNTIME") broken = error.message;
}

/** @returns undefined where child_process has to do the work */
export function spawnBackend(): Backend | undefined {
  const addon = tryAddon();
  const reason = whyNot();
  if (reason !== undefined || addon instanceof Error) return explain(reason);
  const template = defaultTemplateCore().live();
  if (template.strategy?.name === "exec") return explain(template.strategy.reason);
  if (template.connection === undefined) return explain(template.over?.message);
  return { addon, connection: template.connection };
}

let unforkable: { reason: string | undefined } | undefined;

/** What is known before anything is tried. */
function whyNot(): string | undefined {
  // Node asks there whether this program may start others.
  if ("permission" in process) return "this program runs under Node's permission model";
  unforkable ??= { reason: whyUnforkable(undefined) };
  return unforkable.reason ?? broken;
}

function explain(reason: string | undefined): undefined {
  if (reason === undefined || said.has(reason)) return;
  said.add(reason);
  debug("spawn: child_process is used: %s", reason);
}
