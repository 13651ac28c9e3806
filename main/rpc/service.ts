/** What an rpc worker is told before it serves, and the checks of it. */
import path from "node:path";
import { MAX_FRAME_BYTES } from "../../helper/protocol/frame.cjs";
import type { RpcPlan } from "../../helper/protocol/plans.cjs";
import { DEFAULT_FRAME_BYTES, MIN_FRAME_BYTES } from "../../helper/rpc/frame-type.cjs";
import { jsonSerializer } from "../../helper/rpc/serializers.cjs";
import type { Serializer } from "../../helper/rpc/values.cjs";
import { LIBRARY } from "../../native/locate/place.cjs";
import type { OptionSchema } from "../base/check-options.js";
import { integer, type Kind, MODULE, required, TEXT } from "../base/option-kinds.js";
import { titleOf } from "../lifecycle/options.js";
import { specifierOf } from "../lifecycle/run-target.js";
import { preloadInTemplates } from "../template/default-template.js";

export interface ServiceOptions {
  /** The module whose exported functions can be called: a file: URL, a path, or a package name. */
  module: string | URL;
  /**
   * Name of an export that is called first, with what was sent by `sendArg` and `sendHandle`. Calls wait for it; when it
   * fails, they reject with ERR_FORK_INIT.
   */
  init?: string | undefined;
  /** Name of an export that is called after close(), when all calls are answered, before the process ends. */
  done?: string | undefined;
  /** Instead of structured clone: `"json"`, or functions of your own and the module that exports them to the worker. */
  serializer?: "json" | CustomSerializer | undefined;
  /** The longest message, in bytes of its serialised values. From 1024 to 4 GiB - 1; default: 1 GiB. */
  maxMessageBytes?: number | undefined;
  /** What `ps` shows. Default: the module's name. */
  title?: string | undefined;
}

export interface CustomSerializer extends Serializer {
  /** Exports `serialize` and `deserialize`. */
  module: string | URL;
}

export interface Service {
  plan: RpcPlan;
  serializer: Serializer | undefined;
}

/** Workers start serving several times sooner when their template has loaded what serves. */
export function preloadService(): void {
  if (LIBRARY !== undefined) preloadInTemplates(path.join(LIBRARY, "helper", "rpc", "preload.cjs"));
}

const SERIALIZER: Kind = { expected: "'json' or { serialize, deserialize, module }", holds: isSerializer };

export const SERVICE_KINDS: OptionSchema<ServiceOptions>["kinds"] = {
  module: required(MODULE),
  init: TEXT,
  done: TEXT,
  serializer: SERIALIZER,
  maxMessageBytes: integer({ least: MIN_FRAME_BYTES, most: MAX_FRAME_BYTES }),
  title: TEXT,
};

export const SERVICE_OPTIONS: OptionSchema<ServiceOptions> = { what: "createRpc", kinds: SERVICE_KINDS };

/**
 * @param options checked ones
 * @param from path of the file that module names count from
 * @throws ForkError ERR_FORK_ARGUMENT for names of modules that are none
 */
export function serviceOf(options: ServiceOptions, from: string): Service {
  const { init, done, serializer, maxMessageBytes = DEFAULT_FRAME_BYTES, title } = options;
  const module = specifierOf(options.module);
  const plan: RpcPlan = {
    service: "rpc",
    module,
    from,
    title: titleOf(title ?? `rpc ${module.split("/").at(-1)}`),
    maxFrameBytes: maxMessageBytes,
  };
  if (init !== undefined) plan.init = init;
  if (done !== undefined) plan.done = done;
  if (serializer === undefined) return { plan, serializer };
  return { plan: { ...plan, serializer: serializerName(serializer) }, serializer: serializerFunctions(serializer) };
}

function isSerializer(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === "json";
  const { serialize, deserialize, module } = value as Partial<CustomSerializer>;
  return typeof serialize === "function" && typeof deserialize === "function" && module !== undefined;
}

function serializerName(serializer: "json" | CustomSerializer): string {
  return serializer === "json" ? serializer : specifierOf(serializer.module);
}

function serializerFunctions(serializer: "json" | CustomSerializer): Serializer {
  return serializer === "json" ? jsonSerializer : serializer;
}
