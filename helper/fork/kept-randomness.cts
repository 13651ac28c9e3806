/**
 * Random octets that well-known libraries keep for later: siblings would make the same ids of them. What such a library
 * has filled in a template is filled anew in each child. Told by the name of the package, since anything else that is
 * random, such as a key, has to be the same in the child.
 */
import type nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

/** nanoid's pool, uuid's pool (up to version 11), and what bson's ObjectId takes for the name of its process. */
const KEEPERS = /[\\/]node_modules[\\/](?:nanoid|uuid|bson)[^\\/]*[\\/]/;
/** Of bson's. To look who calls takes some microseconds; most calls are for less than a pool, and for another size. */
const PROCESS_NAME_BYTES = 5;
const SMALLEST_POOL_BYTES = 128;
/** V8's frames: this function, the wrapper, and the library's own. */
const FRAMES = 8;

const kept = new Set<WeakRef<NodeJS.ArrayBufferView>>();

/** Call it before any code of others runs, once. */
export function watchKeepers(): void {
  const crypto = require("node:crypto") as typeof nodeCrypto;
  const { randomBytes, randomFillSync } = crypto;
  crypto.randomBytes = named("randomBytes", (...args: unknown[]) => {
    const made = Reflect.apply(randomBytes, crypto, args) as Buffer | undefined;
    if (made?.length === PROCESS_NAME_BYTES) keep(made);
    return made;
  }) as typeof randomBytes;
  crypto.randomFillSync = named("randomFillSync", (...args: unknown[]) => {
    const filled = Reflect.apply(randomFillSync, crypto, args) as NodeJS.ArrayBufferView;
    if (args.length === 1 && filled.byteLength >= SMALLEST_POOL_BYTES) keep(filled);
    return filled;
  }) as typeof randomFillSync;
  const webCrypto = Object.getPrototypeOf(globalThis.crypto) as nodeCrypto.webcrypto.Crypto;
  const { getRandomValues } = webCrypto;
  webCrypto.getRandomValues = named("getRandomValues", function (this: unknown, ...args: unknown[]) {
    const filled = Reflect.apply(getRandomValues, this, args) as NodeJS.ArrayBufferView;
    if (filled.byteLength >= SMALLEST_POOL_BYTES || filled.byteLength === PROCESS_NAME_BYTES) keep(filled);
    return filled;
  }) as typeof getRandomValues;
  syncBuiltinESMExports();
}

function named<F extends object>(name: string, wrapper: F): F {
  return Object.defineProperty(wrapper, "name", { value: name });
}

function keep(buffer: NodeJS.ArrayBufferView): void {
  if (!KEEPERS.test(callers())) return;
  for (const known of kept) {
    const alive = known.deref();
    if (alive === buffer) return;
    if (alive === undefined) kept.delete(known);
  }
  kept.add(new WeakRef(buffer));
}

function callers(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return String(stack);
}

/** In a forked child. */
export function renewKept(): void {
  if (kept.size === 0) return;
  const crypto = require("node:crypto") as typeof nodeCrypto;
  for (const known of kept) {
    const buffer = known.deref();
    if (buffer !== undefined) crypto.randomFillSync(buffer, 0);
  }
}
