/** Why a call was not answered with a result, as bytes. */

import { checkError, demand, objectOf } from "../protocol/checks.cjs";
import type { Frame } from "../protocol/frame.cjs";
import type { FrameWriter } from "../protocol/frame-writer.cjs";
import { closeDescriptors } from "../protocol/handles.cjs";
import { describeError, type RemoteError, reviveError } from "../protocol/remote-error.cjs";
import type { Value } from "../protocol/values.cjs";
import { cloneOf } from "./clone.cjs";
import type { FrameType } from "./frame-type.cjs";
import { readValues, writeValues } from "./values.cjs";

/** Who is to blame: decides what the caller's promise rejects with. */
const KINDS = [
  /** The function threw, or its promise was rejected. */
  "thrown",
  /** There is no such function. */
  "function",
  /** The arguments could not be read. */
  "arguments",
  /** The result could not be serialised. */
  "result",
  /** The result is larger than a message may be. */
  "large",
  /** The result is a handle that could not be sent. */
  "handle",
  /** The worker could not be initialised. */
  "init",
] as const;

export type FailureKind = (typeof KINDS)[number];

export interface Failure {
  kind: FailureKind;
  /** What was thrown: an Error like the remote one, or any other value. */
  thrown: unknown;
}

interface FailureOptions {
  type: FrameType;
  id: number;
  kind: FailureKind;
  thrown: unknown;
}

/** Fields that every description has, or that are of no use elsewhere. */
const DESCRIBED = new Set(["name", "message", "stack", "code", "cause"]);

/** A message that fits into every frame. */
const SHORT_CHARACTERS = 100;

/** Sends as much of it as can be sent. Never throws: without an answer the caller would wait for ever. */
export function writeFailure(writer: FrameWriter, { type, id, kind, thrown }: FailureOptions): void {
  const isError = thrown instanceof Error;
  const described = describeError(thrown);
  const { name, message } = described;
  const short = { name: name.slice(0, SHORT_CHARACTERS), message: message.slice(0, SHORT_CHARACTERS) };
  const attempts: (() => unknown[])[] = [
    () => [kind, isError, JSON.stringify(described), ...(isError ? ownFields(thrown) : [thrown])],
    () => [kind, true, JSON.stringify(described), ...(isError ? ownFields(thrown, isCloneable) : [])],
    () => [kind, true, JSON.stringify(described)],
    () => [kind, true, JSON.stringify(short)],
  ];
  for (const valuesOf of attempts) {
    let begun = false;
    try {
      const values = valuesOf();
      writer.begin(type, id);
      begun = true;
      writeValues(writer, values, undefined);
      writer.end();
      return;
    } catch {
      if (begun) closeDescriptors(writer.undo());
    }
  }
}

/** What else an error tells: `errno`, `status`, `errors` and the like. Without any, nothing. */
function ownFields(error: Error, wanted: (value: unknown) => boolean = () => true): [Record<string, unknown>] | [] {
  const fields = Object.entries(error).filter(([name, value]) => !DESCRIBED.has(name) && typeof value !== "function");
  if (error instanceof AggregateError) fields.push(["errors", error.errors]);
  return fieldsOf(fields.filter(([, value]) => wanted(value)));
}

function isCloneable(value: unknown): boolean {
  try {
    cloneOf(value);
    return true;
  } catch {
    return false;
  }
}

function fieldsOf(fields: [string, unknown][]): [Record<string, unknown>] | [] {
  return fields.length === 0 ? [] : [Object.fromEntries(fields)];
}

/** @throws Error when the frame is no failure */
export function readFailure(frame: Frame): Failure {
  const [kind, isError, description, extra] = readValues(frame, undefined);
  demand(isFailureKind(kind));
  if (isError !== true) return { kind, thrown: extra };
  const error = checkError(objectOf<RemoteError>(description as Value | undefined));
  return { kind, thrown: Object.assign(reviveError(error), extra) };
}

function isFailureKind(kind: unknown): kind is FailureKind {
  return (KINDS as readonly unknown[]).includes(kind);
}
