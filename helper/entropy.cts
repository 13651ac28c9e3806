/**
 * Randomness that siblings must not share: Math.random, and the caches behind crypto.randomUUID and crypto.randomInt.
 *
 * They are wrapped before any other code runs, because code keeps references to them (lodash does). What the wrappers
 * call is replaced in every child; `crypto.randomBytes` needs nothing, OpenSSL notices a fork itself.
 */
import crypto = require("node:crypto");

import { syncBuiltinESMExports } from "node:module";

import v8 = require("node:v8");
import vm = require("node:vm");

/** Calls that empty Node's own caches whatever is left in them (128 UUIDs; 6 KB of integers, 6 bytes each). */
const CACHED_UUIDS = 128;
const CACHED_INTEGERS = 1024;

let random = Math.random;
/** Math.random of a context that nobody has used: its state is not seeded yet. */
let unseeded: (() => number) | undefined;
let uuidsUsed = false;
let integersUsed = false;

const { randomUUID, randomInt } = crypto;
let wrapped = false;

/** Call it before any code of others runs in a process that is to be forked, or was. Further calls do nothing. */
export function wrapEntropy(): void {
  if (wrapped) return;
  wrapped = true;
  Math.random = named("random", () => random());
  crypto.randomUUID = named("randomUUID", (...args: Parameters<typeof randomUUID>) => {
    uuidsUsed = true;
    return randomUUID(...args);
  });
  crypto.randomInt = named("randomInt", (...args: Parameters<typeof randomInt>) => {
    integersUsed = true;
    return randomInt(...args);
  }) as typeof randomInt;
  const webCrypto = Object.getPrototypeOf(globalThis.crypto) as crypto.webcrypto.Crypto;
  const webRandomUUID = webCrypto.randomUUID;
  webCrypto.randomUUID = named("randomUUID", function (this: crypto.webcrypto.Crypto) {
    uuidsUsed = true;
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

/** In the template, before a fork: whatever the children would otherwise each have to make. */
export function prepareEntropy(): void {
  unseeded ??= vm.runInNewContext("Math.random") as () => number;
}

/** In a child, before any other code. */
export function renewEntropy(): void {
  if (unseeded !== undefined) {
    // A context seeds its generator from this flag at its first use.
    v8.setFlagsFromString(`--random-seed=${crypto.randomBytes(4).readUInt32LE() & 0x7fffffff}`);
    random = unseeded;
    random();
    v8.setFlagsFromString("--random-seed=0"); // else all threads of this process would draw the same numbers
    unseeded = undefined;
  }
  // They are filled again meanwhile: the children of this process have to empty them in their turn.
  if (uuidsUsed) for (let i = 0; i < CACHED_UUIDS; i++) randomUUID();
  if (integersUsed) for (let i = 0; i < CACHED_INTEGERS; i++) randomInt(1);
}
