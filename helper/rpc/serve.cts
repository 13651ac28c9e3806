/** A worker's life under rpc: initialise, serve, and end when the caller wants no more. */
import net = require("node:net");

import type { Addon } from "../../native/addon/addon.cjs";
import { keepInForks } from "../fork/exit-listeners.cjs";
import { outputFlushed } from "../fork/stdio.cjs";
import { findExport } from "../modules/find-export.cjs";
import { loadModule } from "../modules/load-module.cjs";
import { useAddon } from "../protocol/handles.cjs";
import type { Link } from "../protocol/link.cjs";
import type { RpcPlan } from "../protocol/plans.cjs";
import { SocketLink } from "../protocol/socket-link.cjs";
import { StreamLink } from "../protocol/stream-link.cjs";
import { setWorkerContext, workerListeners } from "./context.cjs";
import { writeFailure } from "./failure.cjs";
import { FrameType } from "./frame-type.cjs";
import { jsonSerializer } from "./serializers.cjs";
import { RpcServer } from "./server.cjs";
import type { Serializer } from "./values.cjs";

type AnyFunction = (...args: unknown[]) => unknown;
type Namespace = Record<string, unknown>;

export interface Service {
  addon: Addon | undefined;
  /** Of the socket to the caller; the service's from now on. */
  fd: number;
  namespace: Namespace;
  plan: RpcPlan;
  /** What was sent to the process before, for `init`. */
  args: readonly unknown[];
  /** Called when all is done. Default: the process exits. */
  exit?: (server: RpcServer) => void;
}

type Served = Required<Pick<Service, "namespace" | "plan" | "exit">>;

/** The one that this process runs: a fork of it has nothing to do with the caller. */
let current: RpcServer | undefined;

/** Node's own code for a program that ends while it still waits for something. */
const EXIT_UNSETTLED = 13;

const flushAtExit = keepInForks(() => {
  if (current?.session.closed === false) current.session.writer.flush();
});
process.on("exit", flushAtExit);

const endUnsettled = keepInForks(() => {
  if (current?.closing !== true) return;
  process.stderr.write("desktop-fork: a call still waits for something, but nothing is left that could come\n");
  process.exitCode = EXIT_UNSETTLED;
  void leaveWhenFlushed(current, () => process.exit());
});
process.on("beforeExit", endUnsettled);

/** In a fork of a worker: this process serves nobody. */
export function abandonService(server = current): void {
  server?.session.close();
  if (server !== current) return; // somebody else is served by now
  current = undefined;
  setWorkerContext(undefined);
}

export function serveRpc({ addon, fd, namespace, plan, args, exit = () => process.exit() }: Service): void {
  useAddon(addon);
  const link =
    addon === undefined
      ? new StreamLink(new net.Socket({ fd, readable: true, writable: true }))
      : new SocketLink(addon, fd);
  if (plan.init === undefined && plan.done === undefined && plan.serializer === undefined)
    createServer({ namespace, plan, exit }).serve(link);
  else void initialise(link, { namespace, plan, args, exit });
}

async function initialise(link: Link, { namespace, plan, args, exit }: Served & Pick<Service, "args">): Promise<void> {
  try {
    const server = createServer({ namespace, plan, exit }, await findSerializer(plan));
    if (plan.done !== undefined) findFunction(namespace, plan.done, plan); // now, while somebody can be told
    if (plan.init !== undefined) await findFunction(namespace, plan.init, plan)(...args);
    server.serve(link);
  } catch (thrown) {
    const { session } = createServer({ namespace, plan, exit });
    session.attach(link);
    writeFailure(session.writer, { type: FrameType.Failure, id: 0, kind: "init", thrown });
    await session.flushed();
    process.exit(1);
  }
}

function createServer(served: Served, serializer?: Serializer): RpcServer {
  const { namespace, plan } = served;
  const server = new RpcServer({
    maxFrameBytes: plan.maxFrameBytes,
    serializer,
    listeners: workerListeners(),
    find: (name) => findFunction(namespace, name, plan),
    ...(plan.outputFirst && { beforeAnswer: outputFlushed }),
    finished: () => void leave(server, served),
    lost: (error) => {
      if (error !== undefined) process.stderr.write(`desktop-fork: the caller can't be understood: ${error.message}\n`);
      process.exit(error === undefined ? undefined : 1);
    },
  });
  current = server;
  setWorkerContext({
    emit: (name, values) => server.emit(name, values),
    flushed: () => server.session.flushed(),
    abortSignal: () => server.abortSignal(),
    retire: () => server.retire(),
  });
  return server;
}

/** What it throws is the worker's: it is printed, and the process exits with 1. */
async function leave(server: RpcServer, { namespace, plan, exit }: Served): Promise<void> {
  if (plan.done !== undefined) await findFunction(namespace, plan.done, plan)();
  await leaveWhenFlushed(server, exit);
}

async function leaveWhenFlushed(server: RpcServer, exit: Served["exit"]): Promise<void> {
  const { session } = server;
  session.setReferenced(true);
  await session.flushed();
  await outputFlushed();
  exit(server);
}

async function findSerializer({ serializer, from }: RpcPlan): Promise<Serializer | undefined> {
  if (serializer === undefined) return undefined;
  if (serializer === "json") return jsonSerializer;
  const namespace = await loadModule(serializer, from);
  return {
    serialize: findExport(namespace, "serialize", serializer) as Serializer["serialize"],
    deserialize: findExport(namespace, "deserialize", serializer) as Serializer["deserialize"],
  };
}

/** @throws TypeError when the module exports no such function */
function findFunction(namespace: Namespace, name: string, { module }: RpcPlan): AnyFunction {
  const found = findExport(namespace, name, module);
  if (typeof found === "function") return found as AnyFunction;
  throw new TypeError(`'${name}' is no function but ${found === null ? "null" : `of type ${typeof found}`}`);
}
