/**
 * What compiles and what does not, of typed calls. Checked by the compiler with the build: an `@ts-expect-error` on a line
 * that compiles is an error. Nothing here is ever run.
 */
import type fs from "node:fs/promises";
import type net from "node:net";
import type { ForkProcess } from "../../main/index.js";
import { type Calls, createRpc, type OpenFile, type Rpc, type Serializable } from "../../main/rpc/index.js";

interface Picture {
  name: string;
  octets: Uint8Array;
  taken?: Date;
}

class Counter {
  count = 0;
  next(): number {
    return this.count++;
  }
}

/** What `typeof import("./worker.js")` would be. */
interface WorkerModule {
  add(a: number, b: number): number;
  resize(picture: Picture, width?: number): Promise<Picture>;
  join(...parts: string[]): string;
  nothing(): void;
  count(to: number): AsyncGenerator<number, void, undefined>;
  lines(): IterableIterator<string>;
  tree(): Map<string, Set<{ size: bigint }>>;
  anything(value: unknown): unknown;
  never(): never;
  read(file: OpenFile): Promise<string>;
  accept(server: net.Server, name: string): Promise<net.Socket>;
  open(path: string): Promise<[size: number, file: OpenFile]>;
  callBack(callback: () => void): void;
  counter(): Counter;
  makeFunction(): () => void;
  stream(): AsyncIterable<() => void>;
  symbol(): symbol;
  readonly version: string;
}

declare const proc: ForkProcess;
declare const file: fs.FileHandle;
declare const openFile: OpenFile;
declare const server: net.Server;
declare const picture: Picture;

const module = new URL("file:///worker.js");

export async function calls(): Promise<void> {
  const rpc = createRpc<WorkerModule>(proc, { module });
  const { api } = rpc;

  const sum: number = await api.add(1, 2);
  // @ts-expect-error a call gives a promise
  const soon: number = api.add(1, 2);
  // @ts-expect-error the result is a number
  const text: string = await api.add(1, 2);
  // @ts-expect-error an argument is missing
  api.add(1);
  // @ts-expect-error an argument too many
  api.add(1, 2, 3);
  // @ts-expect-error an argument of another type
  api.add("1", 2);
  // @ts-expect-error there is no such function
  api.subtract(1, 2);
  // @ts-expect-error that is no function
  api.version();
  // @ts-expect-error the functions are the worker's
  api.add = async () => 3;

  const small: Picture = await api.resize(picture, 128);
  await api.resize(picture);
  // @ts-expect-error a field is missing
  api.resize({ name: "a" });
  const joined: string = await api.join("a", "b", "c");
  await api.nothing();
  const tree: Map<string, Set<{ size: bigint }>> = await api.tree();
  const anything: unknown = await api.anything({ whatever: 1 });
  const never: never = await api.never();

  for await (const n of await api.count(3)) {
    const item: number = n;
    void item;
  }
  for await (const line of await api.lines()) line.toUpperCase();
  // @ts-expect-error the stream has to be awaited first
  for await (const n of api.count(3)) void n;

  void [sum, soon, text, small, joined, tree, anything, never];
}

export async function handles({ api }: Rpc<WorkerModule>): Promise<void> {
  await api.read(openFile);
  await api.read(file);
  // @ts-expect-error a descriptor's number is no handle here
  api.read(3);
  const socket: net.Socket = await api.accept(server, "name");
  const [size, opened]: [number, OpenFile] = await api.open("/etc/passwd");
  opened.close();
  void [socket, size];
}

export function whatCannotTravel({ api }: Rpc<WorkerModule>): void {
  // @ts-expect-error functions can't be arguments
  api.callBack(() => {});
  // @ts-expect-error instances with methods can't be results
  api.counter();
  // @ts-expect-error functions can't be results
  api.makeFunction();
  // @ts-expect-error functions can't be items of a stream
  api.stream();
  // @ts-expect-error symbols can't be results
  api.symbol();
  const reason: { "can't be called from another process": "its result can't be serialised" } = api.counter;
  const other: { "can't be called from another process": "its parameters can't be serialised" } = api.callBack;
  void [reason, other];
}

export async function run(rpc: Rpc<WorkerModule>): Promise<void> {
  const sum: number = await rpc.run("add", [1, 2], { timeout: 100, signal: AbortSignal.timeout(5) });
  await rpc.run("nothing");
  await rpc.run("nothing", [], { timeout: 5 });
  // @ts-expect-error arguments are needed
  rpc.run("add");
  // @ts-expect-error an argument of another type
  rpc.run("add", [1, "2"]);
  // @ts-expect-error there is no such function
  rpc.run("subtract", [1, 2]);
  // @ts-expect-error that is no function
  rpc.run("version");
  // @ts-expect-error there is no such option
  rpc.run("add", [1, 2], { priority: 1 });
  // @ts-expect-error functions can't be results
  const made: Promise<() => void> = rpc.run("makeFunction", []);
  void [sum, made];
}

interface Events {
  progress: [done: number, of: number];
  found: [picture: Picture];
  bad: [callback: () => void];
}

export function events(): void {
  const rpc = createRpc<WorkerModule, Events>(proc, { module });
  rpc.on("progress", (done, of) => (done / of).toFixed(1)).on("found", ({ name }) => name.length);
  rpc.emit("progress", 1, 2);
  // @ts-expect-error an argument is missing
  rpc.emit("progress", 1);
  // @ts-expect-error an argument of another type
  rpc.emit("found", "picture");
  // @ts-expect-error there is no such event
  rpc.emit("lost");
  // @ts-expect-error there is no such event
  rpc.on("lost", () => {});
  // @ts-expect-error the listener takes something else
  rpc.on("progress", (picture: Picture) => picture);
  // @ts-expect-error functions can't be sent
  rpc.emit("bad", () => {});

  const untyped = createRpc(proc, { module });
  untyped.on("whatever", (one: number, other: string) => [one, other]);
  untyped.emit("whatever", 1, "two");
  void untyped.run("whatever", [1, "two"]).then((result: unknown) => result);
}

export function options(): void {
  createRpc(proc, { module: "./worker.js", init: "init", done: "done", serializer: "json", maxMessageBytes: 1024 });
  createRpc(proc, {
    module,
    serializer: { module, serialize: () => Buffer.alloc(0), deserialize: (bytes) => bytes[0] },
  });
  // @ts-expect-error the module is missing
  createRpc(proc, {});
  // @ts-expect-error there is no such serializer
  createRpc(proc, { module, serializer: "xml" });
  // @ts-expect-error a serializer needs a module, for the worker to load it from
  createRpc(proc, { module, serializer: { serialize: () => Buffer.alloc(0), deserialize: () => 1 } });
  // @ts-expect-error a name is a string
  createRpc(proc, { module, init: () => {} });
  // @ts-expect-error not a process object
  createRpc({}, { module });
}

export function serializable(): void {
  const good: [Serializable<Picture>, Serializable<{ a: [Map<string, Date>, 1n] }>] = [picture, { a: [new Map(), 1n] }];
  const calls: Calls<{ f(): Promise<bigint> }>["f"] = async () => 1n;
  // @ts-expect-error the function in it can't be sent
  const bad: Serializable<{ f: () => void }> = { f() {} };
  // @ts-expect-error the promise in it can't be sent
  const worse: Serializable<Map<string, Promise<1>>> = new Map();
  void [good, calls, bad, worse];
}
