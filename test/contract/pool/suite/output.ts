/** Where workers' output goes. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import type { OutputName } from "../../../../main/pool/index.js";
import type { Configuration } from "../../../support/configurations.js";
import { forbidLeaks } from "../../../support/leaks.js";
import { poolProgram, shareTemplate, testPool } from "../../../support/pools.js";

export function output(_: Configuration): void {
  suite("output", () => {
    shareTemplate();
    forbidLeaks();

    test("with `job` each job gets its own output, all of it, before it settles", async (t) => {
      const pool = testPool(t, { max: 2, stdout: "job", stderr: "job" });
      const words = ["one\n", "two\n", "three\n", "four\n"];
      const outputs = await Promise.all(
        words.map(async (word) => {
          const output = { stdout: "", stderr: "" };
          const onOutput = (chunk: Buffer, stream: OutputName) => {
            output[stream] += chunk;
          };
          const bytes = await pool.run("print", [word, 20_000], { onOutput });
          assert.equal(output.stdout.length, bytes);
          return output;
        }),
      );
      assert.deepEqual(
        outputs,
        words.map((word) => ({ stdout: word.repeat(20_000), stderr: "error output\n" })),
      );
      await pool.close();
    });

    test("a job that dies has given all that it wrote", async (t) => {
      const pool = testPool(t, { max: 1, stderr: "job" });
      let heard = "";
      const onOutput = (chunk: Buffer) => {
        heard += chunk;
      };
      await assert.rejects(pool.run("exit", [1, "last words"], { onOutput }), { stderr: "last words" });
      assert.equal(heard, "last words");
      await pool.close();
    });

    test("with `pipe` the output of all workers comes in the pool's streams, which end with it", async (t) => {
      const pool = testPool(t, { max: 2, stdout: "pipe", stderr: "pipe" });
      const both = Promise.all([text(pool.stdout as never), text(pool.stderr as never)]);
      await Promise.all([pool.run("print", ["a", 50_000]), pool.run("print", ["b", 50_000])]);
      await pool.close();
      const [out, error] = await both;
      assert.deepEqual([count(out, "a"), count(out, "b")], [50_000, 50_000]);
      assert.equal(error, "error output\n".repeat(2));
    });

    test("by default the output of workers goes to this program's own streams", async () => {
      const { stdout, stderr } = await poolProgram("prints.mjs");
      assert.deepEqual([stdout, stderr], ["from a worker\n", "error output\n"]);
    });

    test("with `forward`, and with `job` for a job that does not listen, output passes through this program", async () => {
      for (const mode of ["forward", "job"]) {
        const { stdout, stderr } = await poolProgram("prints.mjs", mode, mode);
        assert.deepEqual([stdout, stderr], ["from a worker\n", "error output\n"]);
      }
    });

    test("with `ignore` the output of workers is thrown away", async () => {
      const { stdout, stderr } = await poolProgram("prints.mjs", "ignore", "ignore");
      assert.deepEqual([stdout, stderr], ["", ""]);
    });
  });
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}
