/** What each message says, and how that becomes its values and back. PROTOCOL.md has the same as tables. */
import type { Block, Gathered } from "../../native/addon/addon.cjs";
import {
  checkFailure,
  demand,
  isCount,
  isCountOrNull,
  isObject,
  isOptionalText,
  isText,
  objectOf,
  octetsOf,
  onlyNumberOf,
  onlyObjectOf,
  someOf,
  textOf,
  textsOf,
  type Values,
} from "./checks.cjs";
import { type Vocabulary, vocabulary } from "./frame.cjs";
import { MAX_HANDLES, type Message, MessageType, type Outgoing } from "./message.cjs";
import type {
  ExitReport,
  ForkPlan,
  HandleKind,
  HandoverPlan,
  Hello,
  PreparePlan,
  ProgramPlan,
  RunPlan,
  StartPlan,
} from "./plans.cjs";
import type { Failure } from "./remote-error.cjs";
import type { Value } from "./values.cjs";

/** @typeParam B what a program has from the process that asks for it: strings as the kernel takes them, or octets */
interface Contents<B> {
  /** `from` is the path of the calling file. */
  [MessageType.Eval]: { code: string; from: string; args: readonly Value[] };
  [MessageType.Require]: { from: string; modules: readonly string[] };
  [MessageType.Arguments]: { args: readonly Value[] };
  [MessageType.Handles]: { kinds: readonly HandleKind[] };
  [MessageType.Fork]: { plan: ForkPlan };
  [MessageType.Sync]: object;
  [MessageType.Run]: { plan: RunPlan };
  [MessageType.Retire]: object;
  [MessageType.Spawn]: { plan: ProgramPlan; argv: Block; env: B; inherits: Exclude<B, string> };
  [MessageType.Exec]: { plan: ProgramPlan; argv: Block; env?: B };
  [MessageType.Prepare]: { plan: PreparePlan };
  /** `token` is the one of the runtime's environment. */
  [MessageType.Start]: { token: string; plan: StartPlan };
  [MessageType.Hello]: { hello: Hello };
  [MessageType.Done]: object;
  [MessageType.Failed]: { failure: Failure };
  [MessageType.Forked]: { pid: number };
  [MessageType.Exited]: { report: ExitReport };
  [MessageType.Leaving]: { code: number };
  /** A pid, or a negative errno. */
  [MessageType.Spawned]: { result: number };
  [MessageType.Handover]: { plan: HandoverPlan };
}

export type ContentOf<T extends MessageType, B = Block> = { type: T } & Contents<B>[T];

/** What can be said; where handles can travel, what the addon is to gather is part of it. */
export type Content = { [T in MessageType]: ContentOf<T, Block | Gathered> }[MessageType];

export type ReceivedOf<T extends MessageType> = ContentOf<T> & {
  id: number;
  /** Descriptors, or LOST_HANDLE. Whoever holds the message owns them. */
  handles: number[];
};

/** What was said. */
export type Received = { [T in MessageType]: ReceivedOf<T> }[MessageType];

interface Codec<T extends MessageType> {
  /** How many descriptors go with it: at least, at most. */
  handles: readonly [least: number, most: number];
  encode(content: Contents<Block | Gathered>[T]): readonly Outgoing[];
  /**
   * @param handles how many descriptors came
   * @throws RangeError
   */
  decode(values: Values, handles: number): Contents<Block>[T];
}

const NO_HANDLES = [0, 0] as const;
const STANDARD_STREAMS = 3;

const NOTHING: Pick<Codec<MessageType.Sync>, "encode" | "decode"> = {
  encode: () => [],
  decode(values) {
    demand(values.length === 0);
    return {};
  },
};

const CODECS: { readonly [T in MessageType]: Codec<T> } = {
  [MessageType.Eval]: {
    handles: NO_HANDLES,
    encode: ({ code, from, args }) => [code, from, ...args],
    decode: ([code, from, ...args]) => ({ code: textOf(code), from: textOf(from), args }),
  },
  [MessageType.Require]: {
    handles: NO_HANDLES,
    encode: ({ from, modules }) => [from, ...modules],
    decode: ([from, ...modules]) => ({ from: textOf(from), modules: textsOf(modules) }),
  },
  [MessageType.Arguments]: {
    handles: NO_HANDLES,
    encode: ({ args }) => args,
    decode: (args) => ({ args }),
  },
  [MessageType.Handles]: {
    handles: [0, MAX_HANDLES],
    encode: ({ kinds }) => kinds,
    decode(kinds, handles) {
      demand(kinds.length === handles);
      demand(kinds.every((kind) => kind === "socket" || kind === "server" || kind === "descriptor"));
      return { kinds: kinds as HandleKind[] };
    },
  },
  [MessageType.Fork]: {
    handles: [1, 1 + STANDARD_STREAMS],
    encode: ({ plan }) => [JSON.stringify(plan)],
    decode: (values) => ({ plan: onlyObjectOf(values) }),
  },
  [MessageType.Sync]: { handles: NO_HANDLES, ...NOTHING },
  [MessageType.Run]: {
    handles: [0, 1],
    encode: ({ plan }) => [JSON.stringify(plan)],
    decode: (values) => ({ plan: onlyObjectOf(values) }),
  },
  [MessageType.Retire]: { handles: NO_HANDLES, ...NOTHING },
  [MessageType.Spawn]: {
    handles: [0, MAX_HANDLES],
    encode: ({ plan, argv, env, inherits }) => [JSON.stringify(plan), argv, env, inherits],
    decode: ([plan, argv, env, inherits]) => ({
      plan: objectOf(plan),
      argv: someOf(argv),
      env: someOf(env),
      inherits: octetsOf(inherits),
    }),
  },
  [MessageType.Exec]: {
    handles: [0, MAX_HANDLES],
    encode: ({ plan, argv, env }) => [JSON.stringify(plan), argv, ...(env === undefined ? [] : [env])],
    decode: ([plan, argv, env]) => ({
      plan: objectOf(plan),
      argv: someOf(argv),
      ...(env === undefined ? {} : { env }),
    }),
  },
  [MessageType.Prepare]: {
    handles: [1, 1],
    encode: ({ plan }) => [plan],
    decode([plan]) {
      demand(plan === "function" || plan === "rpc");
      return { plan };
    },
  },
  [MessageType.Start]: {
    handles: NO_HANDLES,
    encode: ({ token, plan }) => [token, JSON.stringify(plan)],
    decode: ([token, plan]) => ({ token: textOf(token), plan: objectOf(plan) }),
  },
  [MessageType.Hello]: {
    handles: NO_HANDLES,
    encode: ({ hello }) => [JSON.stringify(hello)],
    decode(values) {
      const hello = onlyObjectOf<Hello>(values);
      demand(isCount(hello.protocol) && isCount(hello.pid) && isText(hello.node) && isOptionalText(hello.unforkable));
      return { hello };
    },
  },
  [MessageType.Done]: { handles: NO_HANDLES, ...NOTHING },
  [MessageType.Failed]: {
    handles: NO_HANDLES,
    encode: ({ failure }) => [JSON.stringify(failure)],
    decode: (values) => ({ failure: checkFailure(onlyObjectOf(values)) }),
  },
  [MessageType.Forked]: {
    handles: [0, 1],
    encode: ({ pid }) => [String(pid)],
    decode: (values) => ({ pid: onlyNumberOf(values) }),
  },
  [MessageType.Exited]: {
    handles: NO_HANDLES,
    encode: ({ report }) => [JSON.stringify(report)],
    decode(values) {
      const report = onlyObjectOf<ExitReport>(values);
      demand(isCount(report.pid) && isCountOrNull(report.code) && isCountOrNull(report.signal));
      return { report };
    },
  },
  [MessageType.Leaving]: {
    handles: NO_HANDLES,
    encode: ({ code }) => [String(code)],
    decode: (values) => ({ code: onlyNumberOf(values) }),
  },
  [MessageType.Spawned]: {
    handles: [0, 1],
    encode: ({ result }) => [String(result)],
    decode: (values) => ({ result: onlyNumberOf(values) }),
  },
  [MessageType.Handover]: {
    handles: [2, 2],
    encode: ({ plan }) => [JSON.stringify(plan)],
    decode(values) {
      const plan = onlyObjectOf<HandoverPlan>(values);
      const { pid, title, detached, repeat } = plan;
      demand(isCount(pid) && isText(title) && typeof detached === "boolean");
      demand(repeat === undefined || (isObject(repeat) && isText(repeat.reason) && isCount(repeat.steps)));
      return { plan };
    },
  },
};

export const CHANNEL: Vocabulary = vocabulary(
  Object.entries(CODECS).map(([type, { handles }]) => [Number(type), handles[1]]),
  false,
);

/** @returns the values of its message */
export function encodeContent(content: Content): readonly Outgoing[] {
  const { encode } = CODECS[content.type] as Codec<MessageType>;
  return encode(content as never);
}

/** @throws RangeError when it is not what such a message says; its handles are still the message's */
export function decodeMessage({ type, id, values, handles }: Message): Received {
  const codec = CODECS[type] as Codec<MessageType>;
  demand(handles.length >= codec.handles[0]);
  return Object.assign(codec.decode(values, handles.length), { type, id, handles }) as Received;
}
