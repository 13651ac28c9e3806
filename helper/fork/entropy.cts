/**
 * Randomness that siblings must not share: Math.random, and the caches behind crypto.randomUUID and crypto.randomInt.
 *
 * They are wrapped before any other code runs, because code keeps references to them (lodash does). What the wrappers
 * call is replaced in every child; `crypto.randomBytes` needs nothing, OpenSSL notices a fork itself.
 */
import type nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

import vm = require("node:vm");

import { loadV8 } from "./late-modules.cjs";

/** Calls that empty Node's own caches whatever is left in them (128 UUIDs; 6 KB of integers, 6 bytes each). */
const CACHED_UUIDS = 128;
const CACHED_INTEGERS = 1024;

let random = Math.random;
/** Math.random of a context that nobody has used: its state is not seeded yet. */
let unseeded: (() => number) | undefined;
let uuidsUsed = false;
let integersUsed = false;
/** Caches that were filled before the fork. */
let uuidsStale = false;
let integersStale = false;

let crypto: typeof nodeCrypto | undefined;
let randomUUID: typeof nodeCrypto.randomUUID;
let randomInt: typeof nodeCrypto.randomInt;

/** Call it before any code of others runs in a process that is to be forked, or was. Further calls do nothing. */
export function wrapEntropy(): void {
  if (crypto !== undefined) return;
  crypto = require("node:crypto") as typeof nodeCrypto;
  ({ randomUUID, randomInt } = crypto);
  Math.random = named("random", () => random());
  crypto.randomUUID = named("randomUUID", (...args: Parameters<typeof randomUUID>) => {
    useUuids();
    return randomUUID(...args);
  });
  crypto.randomInt = named("randomInt", (...args: Parameters<typeof randomInt>) => {
    useIntegers();
    return randomInt(...args);
  }) as typeof randomInt;
  const webCrypto = Object.getPrototypeOf(globalThis.crypto) as nodeCrypto.webcrypto.Crypto;
  const webRandomUUID = webCrypto.randomUUID;
  webCrypto.randomUUID = named("randomUUID", function (this: nodeCrypto.webcrypto.Crypto) {
    useUuids();
    return webRandomUUID.call(this);
  });
  const { createObjectURL } = URL; // draws its names from the same cache
  URL.createObjectURL = named("createObjectURL", (...args: Parameters<typeof createObjectURL>) => {
    uuidsUsed = true;
    return createObjectURL(...args);
  });
  syncBuiltinESMExports();
}

function named<F extends object>(name: string, wrapper: F): F {
  return Object.defineProperty(wrapper, "name", { value: name });
}

function useUuids(): void {
  uuidsUsed = true;
  if (!uuidsStale) return;
  uuidsStale = false;
  for (let i = 0; i < CACHED_UUIDS; i++) randomUUID();
}

function useIntegers(): void {
  integersUsed = true;
  if (!integersStale) return;
  integersStale = false;
  for (let i = 0; i < CACHED_INTEGERS; i++) randomInt(1);
}

/** In the template, before a fork: whatever the children would otherwise each have to make. */
export function prepareEntropy(): void {
  unseeded ??= vm.runInNewContext("Math.random") as () => number;
}

/** In a child, before any other code. What it takes is done at the first use: most workers draw no random numbers. */
export function renewEntropy(): void {
  random = seedAndDraw;
  uuidsStale ||= uuidsUsed;
  integersStale ||= integersUsed;
}

function seedAndDraw(): number {
  prepareEntropy();
  const v8 = loadV8();
  // A context seeds its generator from this flag at its first use.
  v8.setFlagsFromString(`--random-seed=${(crypto as typeof nodeCrypto).randomBytes(4).readUInt32LE() & 0x7fffffff}`);
  random = unseeded as () => number;
  unseeded = undefined;
  const drawn = random();
  v8.setFlagsFromString("--random-seed=0"); // else all threads of this process would draw the same numbers
  return drawn;
}
