/**
 * A worker's whole life under rpc, in a process that is none. The dry run takes the very path that real workers take, with
 * pollers that only report what they are told, so that nothing happens later: a template may be forked at any time.
 */
import { type Addon, type Poller, READABLE } from "../../native/addon/addon.cjs";
import { FrameWriter, type Outlet } from "../protocol/frame-writer.cjs";
import { useAddon } from "../protocol/handles.cjs";
import type { RpcPlan } from "../protocol/plans.cjs";
import { FrameType, RPC } from "../rpc/frame-type.cjs";
import { abandonService, type Service, serveRpc } from "../rpc/serve.cjs";
import { writeValues } from "../rpc/values.cjs";

const MAX_FRAME_BYTES = 4096;

/** Reports what it is told to. */
class DryPoller implements Poller {
  static last: DryPoller;

  constructor(
    _fd: number,
    readonly arrived: (events: number) => void,
  ) {
    DryPoller.last = this;
  }

  start(): void {}
  stop(): void {}
  close(): void {}
  ref(): void {}
  unref(): void {}
}

const PLAN: RpcPlan = { service: "rpc", module: "", from: "", title: "", maxFrameBytes: MAX_FRAME_BYTES };

const FUNCTIONS = {
  now: (value: unknown) => value,
  later: async (value: unknown) => value,
};

const CALLS: readonly [type: FrameType, id: number, values: readonly unknown[], extra?: number][] = [
  [FrameType.Name, 0, ["now"], 0],
  [FrameType.Name, 0, ["later"], 1],
  [FrameType.Call, 1, [{ a: 1, b: ["text", null, 0.5, true] }]],
  [FrameType.Call, 2, ["text", Buffer.from("octets")]],
  [FrameType.Call, 3, [new Map([[1, new Date(0)]])]],
  [FrameType.Call, 4, ["text"], 1],
];

/** Writes frames to the caller's end of the socket. */
class CallerOutlet implements Outlet {
  readonly carriesHandles = false;

  constructor(
    readonly addon: Addon,
    readonly fd: number,
  ) {}

  write(pieces: Uint8Array[]): boolean {
    this.addon.sendmsg(this.fd, pieces, []);
    return true;
  }
}

/**
 * @param leave the last step of a worker's life
 * @returns resolves in this turn of the event loop
 */
export function dryRunService(addon: Addon, leave: () => void): Promise<void> {
  const [workerFd, callerFd] = addon.socketpair();
  return new Promise((resolve) => {
    const exit: Service["exit"] = (server) => {
      abandonService(server); // which closes the worker's end
      addon.close(callerFd);
      useAddon(addon);
      leave();
      resolve();
    };
    const patient: Addon = { ...addon, Poller: DryPoller };
    serveRpc({ addon: patient, fd: workerFd, namespace: FUNCTIONS, plan: PLAN, args: [], exit });
    const poller = DryPoller.last;
    const writer = new FrameWriter(RPC, MAX_FRAME_BYTES);
    writer.attach(new CallerOutlet(addon, callerFd));
    for (const [type, id, values, extra] of CALLS) {
      writer.begin(type, id, extra);
      writeValues(writer, values, undefined);
      writer.end();
    }
    writer.flush();
    poller.arrived(READABLE);
    writer.signal(FrameType.Close, 0);
    writer.flush();
    poller.arrived(READABLE);
  });
}
