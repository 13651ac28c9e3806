/** What messages say, whoever says it: what is right is understood, what is not is refused before anybody looks at it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { CHANNEL, type Content, decodeMessage, encodeContent } from "../../helper/protocol/content.cjs";
import { MessageType } from "../../helper/protocol/message.cjs";
import type { HandleKind } from "../../helper/protocol/plans.cjs";
import { FUZZ } from "../support/fuzz.js";
import { decodeMessages, encodeMessage } from "../support/messages.js";

const TYPES = Object.values(MessageType).filter((type): type is MessageType => typeof type === "number");

const text = fc.string({ unit: "grapheme" });
const octets = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
const args = fc.array(fc.oneof(text, octets), { maxLength: 4 });
const pid = fc.nat(2 ** 22);
const block = fc.oneof(octets, text);
const program = fc.record({ file: text, stdio: fc.array(fc.integer({ min: -1, max: 9 })) });

const CONTENTS: Record<MessageType, fc.Arbitrary<object>> = {
  [MessageType.Eval]: fc.record({ code: text, from: text, args }),
  [MessageType.Require]: fc.record({ from: text, modules: fc.array(text) }),
  [MessageType.Arguments]: fc.record({ args }),
  [MessageType.Handles]: fc.record({
    kinds: fc.array(fc.constantFrom<HandleKind>("socket", "server", "descriptor"), { maxLength: 9 }),
  }),
  [MessageType.Fork]: fc.record({ plan: fc.record({ title: text }) }),
  [MessageType.Sync]: fc.constant({}),
  [MessageType.Run]: fc.record({ plan: fc.record({ function: text, title: text }) }),
  [MessageType.Retire]: fc.constant({}),
  [MessageType.Spawn]: fc.record({ plan: program, argv: block, env: block, inherits: octets }),
  [MessageType.Exec]: fc.record({ plan: program, argv: block, env: block }, { requiredKeys: ["plan", "argv"] }),
  [MessageType.Prepare]: fc.record({ plan: fc.constantFrom("function", "rpc") }),
  [MessageType.Start]: fc.record({ token: text, plan: fc.record({ title: text, owner: pid }) }),
  [MessageType.Hello]: fc.record({ hello: fc.record({ protocol: fc.nat(9), pid, node: text }) }),
  [MessageType.Done]: fc.constant({}),
  [MessageType.Failed]: fc.record({
    failure: fc.record({ kind: fc.constantFrom("eval", "fork"), error: fc.record({ name: text, message: text }) }),
  }),
  [MessageType.Forked]: fc.record({ pid }),
  [MessageType.Exited]: fc.record({
    report: fc.record({ pid, code: fc.option(fc.nat(255)), signal: fc.option(fc.nat(64)) }),
  }),
  [MessageType.Leaving]: fc.record({ code: fc.nat(255) }),
  [MessageType.Spawned]: fc.record({ result: fc.oneof(pid, fc.integer({ min: -200, max: -1 })) }),
  [MessageType.Handover]: fc.record({ plan: fc.record({ pid, title: text, detached: fc.boolean() }) }),
};

/** As many as such a message needs. */
function handlesOf(content: Content): number {
  switch (content.type) {
    case MessageType.Handles:
      return content.kinds.length;
    case MessageType.Fork:
    case MessageType.Prepare:
      return 1;
    case MessageType.Handover:
      return 2;
    default:
      return 0;
  }
}

suite("what a message says", () => {
  for (const type of TYPES) {
    const name = MessageType[type];
    const content = (CONTENTS[type] as fc.Arbitrary<object>).map((rest) => ({ type, ...rest }) as Content);

    test(`is the same on the other side: ${name}`, () => {
      fc.assert(
        fc.property(content, fc.nat(0xffff_ffff), (content, id) => {
          const fds = Array.from({ length: handlesOf(content) }, (_, index) => 100 + index);
          const bytes = encodeMessage(type, id, encodeContent(content), fds.length);
          const [message] = decodeMessages(bytes, fds);
          assert.ok(message !== undefined);
          assert.deepEqual(plain(decodeMessage(message)), plain({ ...content, id, handles: fds }));
        }),
        FUZZ,
      );
    });

    test(`is nothing but a RangeError when it is not as it should be: ${name}`, () => {
      const json = fc.oneof(
        fc.json(),
        fc.string(),
        plausible().map((value) => JSON.stringify(value)),
      );
      const values = fc.array(fc.oneof(json, octets), { maxLength: 5 });
      const most = Math.min(CHANNEL.maxHandles[type] as number, 3);
      fc.assert(
        fc.property(values, fc.nat(most), (values, count) => {
          const handles = Array.from({ length: count }, () => 100);
          try {
            decodeMessage({ type, id: 1, values, handles });
          } catch (error) {
            assert.ok(error instanceof RangeError, String(error));
            assert.equal(handles.length, count);
          }
        }),
        FUZZ,
      );
    });
  }
});

/** Objects that JSON has made of others are compared by what is in them. */
function plain(content: object): unknown {
  return JSON.parse(JSON.stringify(content));
}

/** Objects with the right names and the wrong values. */
function plausible(): fc.Arbitrary<unknown> {
  const field = fc.oneof(fc.anything({ maxDepth: 1, withBigInt: false }), fc.nat(), fc.string());
  const names = [
    "protocol",
    "pid",
    "node",
    "unforkable",
    "code",
    "signal",
    "kind",
    "error",
    "name",
    "message",
    "cause",
  ];
  return fc.dictionary(fc.constantFrom(...names), field, { noNullPrototype: true });
}
