/** Calling the functions of test/fixtures/rpc. */
import { fileURLToPath } from "node:url";
import { ForkProcess } from "../../main/index.js";
import { createRpc, type Rpc, type ServiceOptions } from "../../main/rpc/index.js";

/** This file runs from dist/test/support. */
export function rpcFixture(name: string): URL {
  return new URL(`../../../test/fixtures/rpc/${name}`, import.meta.url);
}

export function rpcFixturePath(name: string): string {
  return fileURLToPath(rpcFixture(name));
}

/** A worker that serves a fixture. Use it with `await using`: an idle one ends at once. */
export function serve(fixture = "worker.mjs", options: Partial<ServiceOptions> = {}): Rpc {
  // Tests wait for events, too.
  return createRpc(ForkProcess.create(), { module: rpcFixture(fixture), ...options }).ref();
}

/** Resolves with the arguments of the worker's next event of that name. */
export function nextEvent(rpc: Rpc, name: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    const listener = (...args: unknown[]) => {
      rpc.off(name, listener);
      resolve(args);
    };
    rpc.on(name, listener);
  });
}

/** All that a stream yields. */
export async function collect(stream: unknown): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream as AsyncIterable<unknown>) items.push(item);
  return items;
}
