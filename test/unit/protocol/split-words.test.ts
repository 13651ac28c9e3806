/** Words of a command line. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { splitWords } from "../../../helper/protocol/split-words.cjs";

const CASES: [text: string, words: string[] | undefined][] = [
  ["gdb --args", ["gdb", "--args"]],
  ["  perf\trecord \n -g ", ["perf", "record", "-g"]],
  ["strace -o 'a file' -f", ["strace", "-o", "a file", "-f"]],
  [`"a \\"b\\" \\x" 'c\\d'`, ['a "b" \\x', "c\\d"]],
  ["a\\ b --x='1 2'3", ["a b", "--x=1 23"]],
  [`'' ""`, ["", ""]],
  ["", []],
  [" \t", []],
  ["'open", undefined],
  ['"open\\"', undefined],
  ["end\\", undefined],
  ["a 'b' \"", undefined],
];

suite("splitWords()", () => {
  for (const [text, words] of CASES)
    test(`${JSON.stringify(text)} is ${JSON.stringify(words)}`, () => assert.deepEqual(splitWords(text), words));
});
