/** PROTOCOL.md and the code have the same message types and the same bytes. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CHANNEL, decodeMessage, encodeContent } from "../../../helper/protocol/content.cjs";
import { type Message, MessageType } from "../../../helper/protocol/message.cjs";
import { readProjectFile, tableRows } from "../../support/documents.js";
import { decodeMessages, encodeMessage } from "../../support/messages.js";

const document = readProjectFile("PROTOCOL.md");
const TYPES = Object.entries(MessageType).filter(
  (entry): entry is [string, MessageType] => typeof entry[1] === "number",
);
const LISTS = ["To a process", "From a process", "Between parents"];

interface Golden {
  name: string;
  id: number;
  handles: number;
  values: (string | Buffer)[];
  bytes: Buffer;
}

function goldenMessages(): Golden[] {
  return tableRows(document, "Golden bytes").map(([name = "", id, handles, values = "", bytes = ""]) => ({
    name,
    id: Number(id),
    handles: Number(handles),
    values: [...values.matchAll(/'([^']*)'|<([0-9a-f]*)>/g)].map(
      ([, text, octets]) => text ?? Buffer.from(octets as string, "hex"),
    ),
    bytes: Buffer.from(bytes.replaceAll("`", ""), "hex"),
  }));
}

function messageOf(name: string, { id, handles, values }: Omit<Golden, "name" | "bytes">): Message {
  const type = MessageType[name as keyof typeof MessageType];
  return { type, id, values, handles: Array.from({ length: handles }, (_, index) => 100 + index) };
}

suite("the protocol's document", () => {
  test("has every message type, by its number, on its side", () => {
    const listed = LISTS.flatMap((heading) => tableRows(document, heading));
    const numbers = listed.map(([number, name]) => [name, Number(number)] as [string, number]);
    assert.deepEqual(Object.fromEntries(numbers), Object.fromEntries(TYPES));
  });

  test("says of each whether descriptors come with it", () => {
    for (const [, name, , handles] of LISTS.flatMap((heading) => tableRows(document, heading)))
      assert.equal(
        handles !== "–",
        (CHANNEL.maxHandles[MessageType[name as keyof typeof MessageType]] as number) > 0,
        name,
      );
  });

  test("names what each message says", () => {
    for (const { name, ...golden } of goldenMessages()) {
      const row = LISTS.flatMap((heading) => tableRows(document, heading)).find((row) => row[1] === name);
      const fields = [...(row?.[2] ?? "").matchAll(/`(\w+)(\?)?`/g)];
      const { type: _, id: __, handles: ___, ...content } = decodeMessage(messageOf(name, golden));
      assert.deepEqual(
        Object.keys(content),
        fields.filter(([, field, optional]) => !optional || (field as string) in content).map(([, field]) => field),
        name,
      );
    }
  });

  test("has golden bytes of every type", () => {
    assert.deepEqual(
      goldenMessages()
        .map(({ name }) => name)
        .sort(),
      TYPES.map(([name]) => name).sort(),
    );
  });

  for (const { name, id, handles, values, bytes } of goldenMessages()) {
    const type = MessageType[name as keyof typeof MessageType];
    const fds = Array.from({ length: handles }, (_, index) => 100 + index);

    test(`${name} is encoded to its golden bytes`, () => {
      assert.equal(encodeMessage(type, id, values, handles).toString("hex"), bytes.toString("hex"));
    });

    test(`${name} says the same after it was decoded and encoded`, () => {
      const content = decodeMessage({ type, id, values, handles: fds });
      assert.deepEqual({ ...content, id, handles: fds }, content);
      assert.deepEqual(encodeContent(content), values);
    });

    test(`${name} is decoded from its golden bytes`, () => {
      assert.deepEqual(decodeMessages(bytes, fds), [{ type, id, values, handles: fds }]);
    });
  }
});
