/** Errors that travel: whatever is thrown arrives. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { decodeMessage, type ReceivedOf } from "../../helper/protocol/content.cjs";
import { MessageType } from "../../helper/protocol/message.cjs";
import { describeError, type Failure, MAX_CAUSES, reviveError } from "../../helper/protocol/remote-error.cjs";
import { errorOfFailure } from "../../main/base/errors.js";
import { FUZZ } from "../support/fuzz.js";

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

function readFailure(json: string): Failure {
  const message = { type: MessageType.Failed, id: 1, values: [json], handles: [] };
  return (decodeMessage(message) as ReceivedOf<MessageType.Failed>).failure;
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

  test("errors are made of whatever was thrown, fit into an answer, and are believed by the parent", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withBigInt: true, withNullPrototype: true }), anError), (thrown) => {
        const json = JSON.stringify({ kind: "eval", error: describeError(thrown) });
        assert.ok(Buffer.byteLength(json) < MAX_ANSWER_BYTES);
        assert.equal(errorOfFailure(readFailure(json), 1).code, "ERR_FORK_EVAL");
      }),
      FUZZ,
    );
  });

  test("a chain of causes without an end is cut", () => {
    const cyclic = new Error("cyclic");
    cyclic.cause = cyclic;
    const json = JSON.stringify({ kind: "eval", error: describeError(cyclic) });
    assert.doesNotThrow(() => readFailure(json));
  });

  test("causes nested without measure are refused, and do not overflow the stack", () => {
    const depth = 200_000;
    const nested = `${'{"name":"","message":"","cause":'.repeat(depth)}null${"}".repeat(depth)}`;
    const json = `{"kind":"eval","error":${nested}}`;
    assert.throws(() => readFailure(json), RangeError);
  });
});
