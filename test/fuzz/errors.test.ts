/** Errors that travel, and all else that a process says: whatever is thrown arrives, whatever is said is checked. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type Message, MessageType } from "../../helper/protocol/message.cjs";
import { describeError, MAX_CAUSES, reviveError } from "../../helper/protocol/remote-error.cjs";
import { errorOfFailure } from "../../main/base/errors.js";
import { readExit, readFailure, readHello, readNumber } from "../../main/connection/incoming.js";
import { FUZZ } from "../support/fuzz.js";

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

function said(type: MessageType, ...values: (string | Buffer)[]): Message {
  return { type, id: 1, values, handles: [] };
}

const anError = fc
  .record({ name: fc.string(), message: fc.string(), code: fc.option(fc.string(), { nil: undefined }) })
  .map(({ name, message, code }) => Object.assign(new Error(message), { name }, code === undefined ? {} : { code }));

suite("errors that travel", () => {
  test("keep name, message, stack, code and causes", () => {
    fc.assert(
      fc.property(fc.array(anError, { minLength: 1, maxLength: MAX_CAUSES }), (errors) => {
        for (const [index, error] of errors.entries()) if (index > 0) error.cause = errors[index - 1];
        let original: unknown = errors.at(-1);
        let arrived: unknown = reviveError(JSON.parse(JSON.stringify(describeError(original))));
        for (; original !== undefined; original = (original as Error).cause, arrived = (arrived as Error).cause) {
          const { name, message, stack, code } = arrived as NodeJS.ErrnoException;
          const from = original as NodeJS.ErrnoException;
          assert.deepEqual([name, message, stack, code], [from.name, from.message, from.stack, from.code]);
        }
        assert.equal(arrived, undefined);
      }),
      FUZZ,
    );
  });

  test("are made of whatever was thrown, fit into an answer, and are believed by the parent", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withBigInt: true, withNullPrototype: true }), anError), (thrown) => {
        const json = JSON.stringify({ kind: "eval", error: describeError(thrown) });
        assert.ok(Buffer.byteLength(json) < MAX_ANSWER_BYTES);
        assert.equal(errorOfFailure(readFailure(said(MessageType.Failed, json)), 1).code, "ERR_FORK_EVAL");
      }),
      FUZZ,
    );
  });

  test("a chain of causes without an end is cut", () => {
    const cyclic = new Error("cyclic");
    cyclic.cause = cyclic;
    const json = JSON.stringify({ kind: "eval", error: describeError(cyclic) });
    assert.doesNotThrow(() => readFailure(said(MessageType.Failed, json)));
  });
});

suite("what a process says", () => {
  const readers = { readExit, readFailure, readHello, readNumber };

  for (const [name, read] of Object.entries(readers))
    test(`${name}() takes a RangeError, nothing else, from what is not as it should be`, () => {
      const json = fc.oneof(
        fc.json(),
        fc.string(),
        plausible().map((value) => JSON.stringify(value)),
      );
      const values = fc.array(
        fc.oneof(
          json,
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        { maxLength: 2 },
      );
      fc.assert(
        fc.property(values, (values) => {
          try {
            read(said(MessageType.Hello, ...values));
          } catch (error) {
            assert.ok(error instanceof RangeError, String(error));
          }
        }),
        FUZZ,
      );
    });

  test("is understood when it is right", () => {
    assert.deepEqual(readHello(said(MessageType.Hello, '{"protocol":1,"pid":7,"node":"v20"}')), {
      protocol: 1,
      pid: 7,
      node: "v20",
    });
    assert.deepEqual(readExit(said(MessageType.Exited, '{"pid":7,"code":null,"signal":9}')), {
      pid: 7,
      code: null,
      signal: 9,
    });
    assert.equal(readNumber(said(MessageType.Spawned, "-2")), -2);
  });

  test("causes nested without measure are refused, and do not overflow the stack", () => {
    const depth = 200_000;
    const nested = `${'{"name":"","message":"","cause":'.repeat(depth)}null${"}".repeat(depth)}`;
    const json = `{"kind":"eval","error":${nested}}`;
    assert.throws(() => readFailure(said(MessageType.Failed, json)), RangeError);
  });
});

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
