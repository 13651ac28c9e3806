/** What a process says, as its messages have it. */
import { decodeMessage } from "../../helper/protocol/content.cjs";
import { type Message, MessageType } from "../../helper/protocol/message.cjs";
import type { ExitReport, Hello } from "../../helper/protocol/plans.cjs";
import type { Failure } from "../../helper/protocol/remote-error.cjs";

/** @throws RangeError when the message is no Hello */
export function readHello(message: Message): Hello {
  const received = decodeMessage(message);
  if (received.type === MessageType.Hello) return received.hello;
  throw wrongType(message);
}

/** @throws RangeError when the message is no Failed */
export function readFailure(message: Message): Failure {
  const received = decodeMessage(message);
  if (received.type === MessageType.Failed) return received.failure;
  throw wrongType(message);
}

/** @throws RangeError when the message is no Exited */
export function readExit(message: Message): ExitReport {
  const received = decodeMessage(message);
  if (received.type === MessageType.Exited) return received.report;
  throw wrongType(message);
}

/**
 * A pid, an errno, an exit code.
 * @throws RangeError when the message has none
 */
export function readNumber(message: Message): number {
  const received = decodeMessage(message);
  if (received.type === MessageType.Forked) return received.pid;
  if (received.type === MessageType.Spawned) return received.result;
  if (received.type === MessageType.Leaving) return received.code;
  throw wrongType(message);
}

function wrongType({ type }: Message): RangeError {
  return new RangeError(`an unexpected message of type 0x${type.toString(16)}`);
}
