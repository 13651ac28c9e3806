/** Errors that travel: what a process could not do, as its parent will see it. */

/** An error's own fields, safe for JSON. */
export interface RemoteError {
  name: string;
  message: string;
  stack?: string;
  code?: string;
  cause?: RemoteError;
}

/** Where the error came from: decides the parent's error code. */
export type FailureKind = (typeof FAILURE_KINDS)[number];

export const FAILURE_KINDS = [
  "eval",
  "require",
  "function",
  "fork",
  "birth",
  "unsupported",
  "system",
  "protocol",
] as const;

export interface Failure {
  kind: FailureKind;
  error: RemoteError;
}

export const MAX_CAUSES = 8;
/** Of a message and of a stack, each. */
const MAX_CHARACTERS = 64 * 1024;

/** Whatever was thrown, even if it is no Error or resists being looked at. */
export function describeError(thrown: unknown, causes = MAX_CAUSES): RemoteError {
  try {
    if (!(thrown instanceof Error) && !isErrorLike(thrown))
      return { name: "Error", message: shorten(`a non-error was thrown: ${show(thrown)}`) };
    const described: RemoteError = { name: shorten(String(thrown.name)), message: shorten(String(thrown.message)) };
    if (typeof thrown.stack === "string") described.stack = shorten(thrown.stack);
    const { code } = thrown as { code?: unknown };
    if (typeof code === "string") described.code = shorten(code);
    if (thrown.cause !== undefined && causes > 0) described.cause = describeError(thrown.cause, causes - 1);
    return described;
  } catch {
    return { name: "Error", message: "an error was thrown that can't be described" };
  }
}

/** Errors of another context are no `instanceof Error` here. */
function isErrorLike(thrown: unknown): thrown is Error {
  return typeof thrown === "object" && thrown !== null && "message" in thrown && "stack" in thrown;
}

function shorten(text: string): string {
  const rest = text.length - MAX_CHARACTERS;
  return rest > 0 ? `${text.slice(0, MAX_CHARACTERS)} … and ${rest} characters more` : text;
}

function show(thrown: unknown): string {
  return typeof thrown === "object" && thrown !== null ? JSON.stringify(thrown) : String(thrown);
}

/** As with structured clone, a remote error of these kinds is an instance of its class here, too. */
const KINDS = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

/** An Error with the remote name, message, stack, code and causes. */
export function reviveError(remote: RemoteError): Error {
  const Kind = KINDS.find(({ name }) => name === remote.name) ?? Error;
  const error = new Kind(remote.message, remote.cause === undefined ? undefined : { cause: reviveError(remote.cause) });
  if (error.name !== remote.name) error.name = remote.name;
  if (remote.stack !== undefined) error.stack = remote.stack;
  if (remote.code !== undefined) Object.assign(error, { code: remote.code });
  return error;
}
