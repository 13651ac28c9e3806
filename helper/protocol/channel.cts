/** One end of the control connection between a parent and a process. */
import type { Message, MessageType, Outgoing } from "./message.cjs";

export interface ChannelEvents {
  /** @param message its descriptors are the receiver's */
  message(message: Message): void;
  /** The other side is gone or unintelligible; called once, after the last message. Not called after close(). */
  end(error?: Error): void;
}

export interface Channel {
  /** False when handles can't travel over this channel. */
  readonly carriesHandles: boolean;
  /**
   * Sends one message, in order. Errors of the connection come as `end`.
   * @param values what is to be gathered only where handles can travel
   * @param handles owned by the channel from now on: closed once they are sent, or can't be
   */
  send(type: MessageType, id: number, values?: readonly Outgoing[], handles?: readonly number[]): void;
  /** Closes descriptors that nobody wants. */
  discard(handles: readonly number[]): void;
  /** Whether the connection keeps the event loop alive. */
  setReferenced(referenced: boolean): void;
  /** Closes at once; what was not written yet is lost. */
  close(): void;
}
