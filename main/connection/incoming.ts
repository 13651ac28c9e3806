/** The messages of a process to its parent, told apart: the process may be another program, or of another version. */
import { decodeMessage } from "../../helper/protocol/content.cjs";
import { type Message, MessageType } from "../../helper/protocol/message.cjs";
import type { ExitReport, Hello } from "../../helper/protocol/plans.cjs";
import type { Failure } from "../../helper/protocol/remote-error.cjs";

/** Messages to a parent are short; a stack trace is the longest. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export interface Receiver {
  hello(hello: Hello): void;
  /** @returns false when nobody asked for that; nothing has been done then */
  answer(message: Message): boolean;
  failed(id: number, failure: Failure): void;
  childEnded(report: ExitReport): void;
  leaving(code: number): void;
}

/** @throws RangeError when no process would say this now; nothing has been done then */
export function receive(message: Message, receiver: Receiver): void {
  const received = decodeMessage(message);
  switch (received.type) {
    case MessageType.Hello:
      return receiver.hello(received.hello);
    case MessageType.Done:
    case MessageType.Forked:
    case MessageType.Spawned:
      if (receiver.answer(message)) return;
      break;
    case MessageType.Failed:
      return receiver.failed(received.id, received.failure);
    case MessageType.Exited:
      return receiver.childEnded(received.report);
    case MessageType.Leaving:
      return receiver.leaving(received.code);
    default:
      break;
  }
  throw new RangeError(`it sent an unexpected message of type 0x${message.type.toString(16)}`);
}
