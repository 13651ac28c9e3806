/** One end of an rpc connection: frames go out, frames come in, and it ends once. */

import { type Frame, LOST_HANDLE } from "../protocol/frame.cjs";
import { FrameReader } from "../protocol/frame-reader.cjs";
import { FrameWriter } from "../protocol/frame-writer.cjs";
import { closeDescriptors } from "../protocol/handles.cjs";
import type { Link, LinkEvents } from "../protocol/link.cjs";
import { type FrameType, RPC } from "./frame-type.cjs";
import { writeString } from "./leaf-writer.cjs";
import { readValues, type Serializer, writeValues } from "./values.cjs";

export interface SessionEvents {
  /** What it throws ends the session. */
  frame(frame: Frame): void;
  /** Called once, after the last frame. Not called after close(). */
  ended(error?: Error): void;
}

export interface SessionOptions {
  maxFrameBytes: number;
  /** Instead of structured clone. */
  serializer: Serializer | undefined;
}

export interface ValuesFrame {
  type: FrameType;
  id: number;
  extra?: number;
  /** Comes before the values, and never from a serialiser. */
  name?: string;
  values: readonly unknown[];
}

export class Session implements LinkEvents {
  readonly writer: FrameWriter;
  /** Told when what is written has to wait, and when it does no more. */
  onBlocked: (blocked: boolean) => void = () => {};
  #blocked = false;
  #whenFlushed: (() => void)[] = [];
  readonly #events: SessionEvents;
  readonly #reader: FrameReader;
  readonly #serializer: Serializer | undefined;
  #link: Link | undefined;
  #referenced = true;
  #closed = false;

  constructor({ maxFrameBytes, serializer }: SessionOptions, events: SessionEvents) {
    this.#events = events;
    this.#serializer = serializer;
    this.writer = new FrameWriter(RPC, maxFrameBytes);
    this.writer.onBlocked = () => this.#setBlocked(true);
    const onFrame = (frame: Frame) => this.#onFrame(frame);
    this.#reader = new FrameReader({ vocabulary: RPC, maxFrameBytes, onFrame });
  }

  /** What was sent before waits for this. @param link the session's from now on */
  attach(link: Link): void {
    if (this.#closed) return link.close();
    this.#link = link;
    link.setReferenced(this.#referenced);
    link.open(this);
    this.writer.attach(link);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get link(): Link | undefined {
    return this.#link;
  }

  /**
   * @returns the bytes of the values
   * @throws Unserializable, Undeliverable, FrameTooLarge; nothing was sent then
   */
  send({ type, id, extra = 0, name, values }: ValuesFrame): number {
    this.writer.begin(type, id, extra);
    try {
      if (name !== undefined) writeString(this.writer, name);
      writeValues(this.writer, values, this.#serializer);
      return this.writer.end();
    } catch (error) {
      closeDescriptors(this.writer.undo());
      throw error;
    }
  }

  /** @throws Error when the frame does not hold values */
  valuesOf(frame: Frame): unknown[] {
    return readValues(frame, this.#serializer);
  }

  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    this.#link?.setReferenced(referenced);
  }

  /** Resolves when the system has taken all that was sent so far, or never will. */
  async flushed(): Promise<void> {
    this.writer.flush();
    if (this.#blocked && !this.#closed) await new Promise<void>((resolve) => this.#whenFlushed.push(resolve));
  }

  /** Ends at once; what was not written yet is lost. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#link?.close();
    this.#setBlocked(false);
    closeDescriptors([...this.#reader.takeFds(), ...this.writer.discard()]);
  }

  data(buffer: Buffer, bytes: number, fds: readonly number[]): void {
    if (fds.length > 0 && fds.at(-1) === LOST_HANDLE) return this.#endWithLoss(fds);
    this.writer.batching = true;
    try {
      this.#reader.data(buffer, bytes, fds);
    } catch (error) {
      return this.end(error as Error);
    }
    this.#endBatch();
  }

  target(): Uint8Array | undefined {
    return this.#reader.target();
  }

  filled(bytes: number, fds: readonly number[]): void {
    if (fds.length > 0 && fds.at(-1) === LOST_HANDLE) return this.#endWithLoss(fds);
    this.writer.batching = true;
    try {
      this.#reader.filled(bytes, fds);
    } catch (error) {
      return this.end(error as Error);
    }
    this.#endBatch();
  }

  drained(): void {
    this.#setBlocked(false);
  }

  end(error?: Error): void {
    if (this.#closed) return;
    this.close();
    this.#events.ended(error);
  }

  /** Frames share what they travel with: nobody can tell which of them have lost theirs. */
  #endWithLoss(fds: readonly number[]): void {
    closeDescriptors(fds.slice(0, -1));
    this.end(new Error("there was no descriptor left for a handle that came (EMFILE)"));
  }

  #setBlocked(blocked: boolean): void {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.onBlocked(blocked);
    if (!blocked) for (const resolve of this.#whenFlushed.splice(0)) resolve();
  }

  #onFrame(frame: Frame): void {
    if (this.#closed) return closeDescriptors(frame.fds);
    try {
      this.#events.frame(frame);
    } finally {
      if (frame.fds.length > 0) closeDescriptors(frame.fds);
    }
  }

  /** All that was answered at once leaves at once. */
  #endBatch(): void {
    this.writer.batching = false;
    if (this.writer.scheduled) this.writer.flush();
  }
}
