/** The messages of a process to its parent, told apart. */
import { type Message, MessageType } from "../../helper/protocol/message.cjs";
import type { ExitReport, Hello } from "../../helper/protocol/plans.cjs";
import type { Failure } from "../../helper/protocol/remote-error.cjs";
import { readExit, readFailure, readHello, readNumber } from "./answers.js";

export interface Hearer {
  hello(hello: Hello): void;
  /** @returns false when nobody asked for that; nothing has been done then */
  answer(message: Message): boolean;
  failed(id: number, failure: Failure): void;
  childEnded(report: ExitReport): void;
  leaving(code: number): void;
}

/** @throws RangeError when it is nothing that a process would say now; nothing has been done then */
export function hear(message: Message, hearer: Hearer): void {
  switch (message.type) {
    case MessageType.Hello:
      return hearer.hello(readHello(message));
    case MessageType.Forked:
    case MessageType.Spawned:
      readNumber(message);
      if (hearer.answer(message)) return;
      break;
    case MessageType.Done:
      if (hearer.answer(message)) return;
      break;
    case MessageType.Failed:
      return hearer.failed(message.id, readFailure(message));
    case MessageType.Exited:
      return hearer.childEnded(readExit(message));
    case MessageType.Leaving:
      return hearer.leaving(readNumber(message));
    default:
      break;
  }
  throw new RangeError(`it sent an unexpected message of type 0x${message.type.toString(16)}`);
}
