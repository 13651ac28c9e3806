/** The types of calls: what a module's functions look like from another process. */
import type { FileHandle } from "node:fs/promises";
import type net from "node:net";
import type { OpenFile } from "../../helper/protocol/open-file.cjs";

type AnyFunction = (...args: never[]) => unknown;
type Primitive = string | number | bigint | boolean | null | undefined | void;
type Cloneable = Date | RegExp | Error | ArrayBuffer | ArrayBufferView;
type Uncloneable = symbol | AnyFunction | PromiseLike<unknown> | WeakMap<WeakKey, unknown> | WeakSet<WeakKey>;

/** What travels as a descriptor: as an argument, as a result, or as an element of an array that is a result. */
export type Handle = net.Socket | net.Server | OpenFile;

/**
 * `T` where all of it can be sent by structured clone. What can't be (functions, symbols, promises, class instances with
 * methods) becomes `never`, so that `T extends Serializable<T>` tells. `unknown` passes: what is wrong in it shows when it
 * is sent.
 */
export type Serializable<T> = unknown extends T
  ? T
  : T extends Primitive | Cloneable
    ? T
    : T extends ReadonlyMap<infer K, infer V>
      ? Both<T, K, V>
      : T extends ReadonlySet<infer V>
        ? Both<T, V, V>
        : T extends Uncloneable // after Map and Set, which look like their weak relatives
          ? never
          : { [K in keyof T]: Serializable<T[K]> };

type Both<T, K, V> = [K, V] extends [Serializable<K>, Serializable<V>] ? T : never;

type Sendable<T> = T extends Handle ? T : Serializable<T>;
type SendableList<A> = { [I in keyof A]: Sendable<A[I]> };

/** What a caller may pass where a worker takes a `T`. */
type Passed<T> = T extends OpenFile ? OpenFile | FileHandle : T;
type PassedList<A> = { [I in keyof A]: Passed<A[I]> };

/** Stands where a function can't be called from another process, and says why. */
export interface NotCallable<Reason extends string> {
  readonly "can't be called from another process": Reason;
}

/** What becomes of a result, once it is awaited; `never` where it can't be sent. */
type Received<V> = V extends Handle
  ? V
  : V extends AsyncIterable<infer I> | IterableIterator<infer I>
    ? I extends Sendable<I>
      ? AsyncIterableIterator<I>
      : never
    : V extends readonly unknown[]
      ? V extends SendableList<V>
        ? V
        : never
      : V extends Serializable<V>
        ? V
        : never;

type Call<F> = F extends (...args: infer A) => infer R
  ? A extends SendableList<A>
    ? [Awaited<R>] extends [never]
      ? (...args: PassedList<A>) => Promise<never>
      : [Received<Awaited<R>>] extends [never]
        ? NotCallable<"its result can't be serialised">
        : (...args: PassedList<A>) => Promise<Received<Awaited<R>>>
    : NotCallable<"its parameters can't be serialised">
  : never;

/** A module's functions as they are called from another process: all of them return promises. */
export type Calls<M> = { readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: Call<M[K]> };

/** The names of a module's functions. */
export type FunctionName<M> = keyof Calls<M> & string;

type Signature<M, K extends keyof Calls<M>> = Calls<M>[K] extends (...args: infer A) => infer R
  ? { args: A; result: R }
  : { args: [never: Calls<M>[K]]; result: Promise<never> };

/** What `run` takes after the function's name. */
export type RunArguments<M, K extends keyof Calls<M>, Options> = [] extends Signature<M, K>["args"]
  ? [args?: Signature<M, K>["args"], options?: Options]
  : [args: Signature<M, K>["args"], options?: Options];

/** What `run` returns. */
export type RunResult<M, K extends keyof Calls<M>> = Signature<M, K>["result"];

/** A module of which nothing is known. */
export type AnyModule = Record<string, (...args: unknown[]) => unknown>;

/** Events of which nothing is known. */
export type AnyEvents = Record<string, unknown[]>;

/** The names of events, in a map of the arguments of each: `{ progress: [done: number, of: number] }`. */
export type EventName<E> = keyof E & string;

/** Who listens to an event; where nothing is known of it, to whatever comes. */
export type EventListener<E, K extends EventName<E>> = AnyEvents extends E
  ? (...args: never[]) => void
  : (...args: E[K] extends readonly unknown[] ? E[K] : never) => void;

/** What is sent with an event. */
export type EventArguments<E, K extends EventName<E>> = E[K] extends readonly unknown[]
  ? E[K] extends SendableList<E[K]>
    ? PassedList<E[K]>
    : [never: NotCallable<"its arguments can't be serialised">]
  : never;
