/** What a program may use: resource limits and priority. Node's own spawn() has no such options. */
import { ForkError } from "../base/errors.js";

/** RLIMIT_… of Linux; the names are those of prlimit(1). */
const RESOURCES = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
} as const;

export type Resource = keyof typeof RESOURCES;

/** A soft and a hard limit, or one for both, in the units of setrlimit(2); Infinity is none. */
export type ResourceLimit = number | readonly [soft: number, hard: number];

export interface ResourceOptions {
  /** For example `{ as: 2 ** 30, cpu: [10, 20], nofile: 256, core: 0 }`. Others are this program's. Linux only. */
  limits?: Readonly<Partial<Record<Resource, ResourceLimit>>> | undefined;
  /** As of nice(1): -20 to 19, higher is weaker. Default: this program's. Linux only. */
  priority?: number | undefined;
}

export interface Resources {
  /** Resource, soft limit, hard limit, one after the other; -1 is none. */
  limits?: number[];
  priority?: number;
}

const MIN_PRIORITY = -20;
const MAX_PRIORITY = 19;

export const NO_RESOURCES: Resources = Object.freeze({});

/** @throws ForkError ERR_FORK_ARGUMENT */
export function readResources(limits: unknown, priority: unknown): Resources {
  const resources: Resources = {};
  if (limits !== undefined && limits !== null) resources.limits = readLimits(limits);
  if (priority !== undefined && priority !== null) {
    if (!isCount(priority, MIN_PRIORITY) || priority > MAX_PRIORITY)
      throw wrong(`priority must be a whole number from ${MIN_PRIORITY} to ${MAX_PRIORITY}`);
    resources.priority = priority;
  }
  return resources;
}

/**
 * child_process knows nothing of them.
 * @throws ForkError ERR_FORK_UNSUPPORTED when there are any
 */
export function forbidResources({ limits, priority }: Resources): void {
  if (limits === undefined && priority === undefined) return;
  throw new ForkError("ERR_FORK_UNSUPPORTED", "spawn: limits and priority need a template that starts the program");
}

function readLimits(limits: unknown): number[] {
  if (typeof limits !== "object" || Array.isArray(limits)) throw wrong("limits must be an object");
  const flat: number[] = [];
  for (const [name, limit] of Object.entries(limits as object)) {
    if (limit === undefined) continue;
    if (!Object.hasOwn(RESOURCES, name)) throw wrong(`limits.${name} is none of ${Object.keys(RESOURCES).join(", ")}`);
    const [soft, hard] = Array.isArray(limit) ? (limit as unknown[]) : [limit, limit];
    if (!isLimit(soft) || !isLimit(hard) || soft > hard)
      throw wrong(`limits.${name} must be a number of at least 0, or a soft and a hard one that is no lower`);
    for (const number of [RESOURCES[name as Resource], soft, hard]) flat.push(number === Infinity ? -1 : number);
  }
  return flat;
}

function isLimit(value: unknown): value is number {
  return value === Number.POSITIVE_INFINITY || isCount(value, 0);
}

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function wrong(what: string): ForkError {
  return new ForkError("ERR_FORK_ARGUMENT", `spawn: ${what}`);
}
