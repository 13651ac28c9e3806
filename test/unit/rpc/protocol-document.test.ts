/** PROTOCOL.md and the code have the same frames, the same values and the same bytes of them. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { FrameType } from "../../../helper/rpc/frame-type.cjs";
import { Tag } from "../../../helper/rpc/tags.cjs";
import { readProjectFile, tableRows } from "../../support/documents.js";
import { decodeFrames, encodeFrames } from "../../support/frames.js";

const document = readProjectFile("PROTOCOL.md");

function membersOf(members: object): Record<string, number> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => typeof value === "number"));
}

function listed(...headings: string[]): Record<string, number> {
  const rows = headings.flatMap((heading) => tableRows(document, heading));
  return Object.fromEntries(rows.map(([number, name = ""]) => [name, Number(number)]));
}

function golden() {
  return tableRows(document, "Rpc: golden bytes").map(([name = "", id, extra, values = "", bytes = ""]) => ({
    type: FrameType[name as keyof typeof FrameType],
    id: Number(id),
    extra: Number(extra),
    // Written as a JavaScript expression.
    values: Function(`return [${values.slice(1, -1)}]`)() as unknown[],
    bytes: bytes.replaceAll("`", ""),
  }));
}

suite("the protocol's document, rpc", () => {
  test("has every type of frame, and every kind of value, by its number", () => {
    assert.deepEqual(listed("Rpc: to a worker", "Rpc: from a worker"), membersOf(FrameType));
    assert.deepEqual(listed("Rpc: values"), membersOf(Tag));
  });

  for (const { bytes, ...frame } of golden())
    test(`${FrameType[frame.type]} of ${bytes.length / 2} bytes has its golden bytes`, () => {
      assert.equal(encodeFrames([frame]).toString("hex"), bytes);
      assert.deepEqual(decodeFrames(Buffer.from(bytes, "hex"), [7]), [frame]);
    });
});
