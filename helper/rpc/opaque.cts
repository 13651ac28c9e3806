/**
 * Objects that structured clone takes although they keep what they are outside of their own properties: they would arrive
 * as empty objects.
 */
import { types } from "node:util";
import { isHandle } from "../protocol/handles.cjs";

/** What to send instead, by the name of a class. */
const HINTS: Readonly<Record<string, string>> = {
  AbortController: "pass its signal as the call's option 'signal'; the worker's abortSignal() follows it",
  AbortSignal: "pass it as the call's option 'signal'; the worker's abortSignal() follows it",
  AsyncGenerator: "return it from a function: a result can be a stream",
  Blob: "send its octets: await blob.arrayBuffer()",
  CryptoKey: "send what crypto.subtle.exportKey() makes of it",
  Event: "send what the worker needs of it",
  EventEmitter: "events travel by emit() and on()",
  EventTarget: "events travel by emit() and on()",
  FormData: "send its entries: [...formData]",
  Generator: "send its values: [...generator]",
  Headers: "send its entries: [...headers]",
  KeyObject: "send what its export() makes of it",
  Promise: "await it first",
  ReadableStream: "send octets, or return it from a function: a result can be a stream",
  Request: "send its url, its headers' entries and its octets",
  Response: "send its status, its headers' entries and its octets",
  Stream: "send octets, or return it from a function: a result can be a stream",
  TransformStream: "send octets, or return it from a function: a result can be a stream",
  URL: "send its href",
  URLSearchParams: "send it as text: String(params)",
  Timeout: "send its delay",
  WeakRef: "send what it refers to",
};
const HANDLE_HINT = "a handle travels as an argument, a result or an item itself, not inside of another value";
const OTHER_HINT = "send a plain object of what is needed";

/** What there is in the bytes of a clone when it is of one of these, or of a plain empty object. */
const SIGNS = [
  Buffer.from("o{\0"), // what has no properties
  Buffer.from("isTrusted"), // an Event
  Buffer.from("_idleNext"), // a timer
];

/** Whether it is worth looking for one. @param clone what node:v8 made of a value */
export function mayBeOpaque(clone: Buffer): boolean {
  return SIGNS.some((sign) => clone.includes(sign));
}

/** @throws TypeError when there is such an object among the values, or anywhere in them */
export function refuseOpaque(values: unknown): void {
  const seen = new Set<object>();
  const open: object[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    open.push(value);
  };
  visit(values);
  for (let value = open.pop(); value !== undefined; value = open.pop()) visitMembers(value, visit);
}

function visitMembers(value: object, visit: (member: unknown) => void): void {
  if (Array.isArray(value)) return visitElements(value, visit);
  if (isPlain(value)) return visitProperties(value, Object.keys(value), visit);
  if (types.isMap(value)) {
    for (const [key, member] of value) {
      visit(key);
      visit(member);
    }
    return;
  }
  if (types.isSet(value)) {
    for (const member of value) visit(member);
    return;
  }
  if (isLeaf(value)) return;
  const keys = Object.keys(value);
  if (keys.length === 0 || isLive(value)) throw new TypeError(explain(value));
  visitProperties(value, keys, visit);
}

function visitElements(array: readonly unknown[], visit: (member: unknown) => void): void {
  for (let i = 0; i < array.length; i++) {
    const element = array[i];
    if (typeof element === "object") visit(element);
    // A sparse array may be much longer than the number of its elements.
    else if (element === undefined && !(i in array)) return visitProperties(array, Object.keys(array), visit);
  }
}

function visitProperties(value: object, keys: readonly string[], visit: (member: unknown) => void): void {
  for (const key of keys) visit((value as Record<string, unknown>)[key]);
}

/** Of this or another context. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && !types.isProxy(value);
}

/** What structured clone knows as it is. */
function isLeaf(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isBoxedPrimitive(value)
  );
}

/** Its own properties are not what it is for. */
function isLive(value: object): boolean {
  const { on, emit } = value as { on?: unknown; emit?: unknown };
  if (typeof on === "function" && typeof emit === "function") return true;
  return (
    value instanceof EventTarget ||
    value instanceof Event ||
    types.isKeyObject(value) ||
    isHandle(value) ||
    typeof (value as { hasRef?: unknown }).hasRef === "function" // a timer
  );
}

function explain(value: object): string {
  const names = namesOf(value);
  const known = names.find((name) => Object.hasOwn(HINTS, name));
  const hint = isHandle(value) ? HANDLE_HINT : known === undefined ? OTHER_HINT : HINTS[known];
  return `${article(names[0] as string)} would arrive without what makes it one; ${hint}`;
}

/** Of its class, and of those that it extends. */
function namesOf(value: object): string[] {
  const names: string[] = [];
  for (let one = value; one !== null; one = Object.getPrototypeOf(one)) {
    const own = Object.getOwnPropertyDescriptor(one, "constructor")?.value as { name?: unknown } | undefined;
    if (typeof own?.name === "string" && own.name !== "") names.push(own.name);
  }
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return tag === "Object" || names.includes(tag) ? names : [tag, ...names];
}

function article(name: string): string {
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}
