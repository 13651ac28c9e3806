/**
 * For templates whose workers will serve rpc: loads the service, and plays a call, so that workers find everything loaded
 * and compiled.
 */
import type { Link, LinkEvents } from "../wire/link.cjs";
import { FrameType } from "./frame.cjs";
import { FrameWriter } from "./frame-writer.cjs";
import { Listeners } from "./listeners.cjs";
import { RpcServer } from "./server.cjs";
import { writeValues } from "./values.cjs";

import "./serve.cjs";
import "./worker.cjs";

/** Goes nowhere, and keeps what was written last. */
class StageLink implements Link {
  readonly carriesHandles = false;
  events!: LinkEvents;
  written = Buffer.alloc(0);

  open(events: LinkEvents): void {
    this.events = events;
  }

  write(pieces: Uint8Array[]): boolean {
    this.written = Buffer.concat(pieces);
    return true;
  }

  pause(): void {}
  resume(): void {}
  setReferenced(): void {}
  close(): void {}
}

function play(): void {
  const maxFrameBytes = 4096;
  const link = new StageLink();
  const nothing = () => {};
  const server = new RpcServer({
    ...{ maxFrameBytes, serializer: undefined, listeners: new Listeners(), finished: nothing, lost: nothing },
    find: () => (value: unknown) => value,
  });
  server.serve(link);
  const writer = new FrameWriter(maxFrameBytes);
  const caller = new StageLink();
  writer.attach(caller);
  for (const [type, id, values] of [
    [FrameType.Name, 0, ["f"]],
    [FrameType.Call, 1, [{ a: 1, b: ["text", null, 0.5, true] }]],
    [FrameType.Call, 2, ["text", Buffer.from("octets")]],
    [FrameType.Call, 3, [new Map([[1, new Date(0)]])]],
  ] as const) {
    writer.begin(type, id);
    writeValues(writer, values, undefined);
    writer.end();
  }
  writer.flush();
  link.events.data(caller.written, caller.written.length, []);
  server.session.close();
}

play();
