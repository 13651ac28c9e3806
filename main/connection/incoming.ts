/** The messages of a process to its parent, told apart and checked: the process may be another program, or of another version. */
import { type Message, MessageType } from "../../helper/protocol/message.cjs";
import type { ExitReport, Hello } from "../../helper/protocol/plans.cjs";
import { FAILURE_KINDS, type Failure, MAX_CAUSES, type RemoteError } from "../../helper/protocol/remote-error.cjs";

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
  switch (message.type) {
    case MessageType.Hello:
      return receiver.hello(readHello(message));
    case MessageType.Forked:
    case MessageType.Spawned:
      readNumber(message);
      if (receiver.answer(message)) return;
      break;
    case MessageType.Done:
      if (receiver.answer(message)) return;
      break;
    case MessageType.Failed:
      return receiver.failed(message.id, readFailure(message));
    case MessageType.Exited:
      return receiver.childEnded(readExit(message));
    case MessageType.Leaving:
      return receiver.leaving(readNumber(message));
    default:
      break;
  }
  throw new RangeError(`it sent an unexpected message of type 0x${message.type.toString(16)}`);
}

export function readHello(message: Message): Hello {
  const hello = readObject<Hello>(message);
  demand(isCount(hello.protocol) && isCount(hello.pid) && isText(hello.node) && isOptionalText(hello.unforkable));
  return hello;
}

export function readFailure(message: Message): Failure {
  const failure = readObject<Failure>(message);
  demand(FAILURE_KINDS.includes(failure.kind));
  let depth = 0;
  for (let error: unknown = failure.error; error !== undefined; error = (error as RemoteError).cause)
    demand(isRemoteError(error) && depth++ <= MAX_CAUSES);
  return failure;
}

/** @throws RangeError when the message is no Exited */
export function readExit(message: Message): ExitReport {
  const report = readObject<ExitReport>(message);
  demand(isCount(report.pid) && isCountOrNull(report.code) && isCountOrNull(report.signal));
  return report;
}

/** A number on its own: a pid, an errno, an exit code. */
export function readNumber({ values }: Message): number {
  const [text] = values;
  demand(values.length === 1 && isText(text) && /^-?\d{1,10}$/.test(text));
  return Number(text);
}

function readObject<T>({ values }: Message): T {
  let value: unknown;
  try {
    value = JSON.parse(values[0] as string);
  } catch {
    value = undefined;
  }
  demand(values.length === 1 && isText(values[0]) && isObject(value));
  return value as T;
}

function isRemoteError(value: unknown): value is RemoteError {
  if (!isObject(value)) return false;
  const { name, message, stack, code } = value as Partial<RemoteError>;
  return isText(name) && isText(message) && isOptionalText(stack) && isOptionalText(code);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || isText(value);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isCountOrNull(value: unknown): boolean {
  return value === null || isCount(value);
}

function demand(holds: boolean): asserts holds {
  if (!holds) throw new RangeError("its values are not as they should be");
}
