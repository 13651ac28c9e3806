/** What a fork copies of a template's heap: few mappings, and few pages of the page table. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Template } from "../../../main/index.js";
import { forbidLeaks } from "../../support/leaks.js";

const BALLAST = fileURLToPath(new URL("../../../../test/fixtures/bench/ballast.cjs", import.meta.url));
const HEAP_MB = 50;
/** Of V8's heap. Each had a mapping of its own, and its own pages in the three levels of the page table. */
const PIECES = HEAP_MB * 4;

suite("a template with a large heap", () => {
  forbidLeaks();

  test("has it in few mappings that lie side by side", async () => {
    const env = { ...process.env, BENCH_HEAP_MB: String(HEAP_MB) };
    const template = await Template.start({ spares: 0, modules: [BALLAST], env });
    assert.equal(template.strategy, "fork");
    const mappings = readFileSync(`/proc/${template.pid}/maps`, "utf8").trim().split("\n");
    const status = readFileSync(`/proc/${template.pid}/status`, "utf8");
    const tableKb = Number(/VmPTE:\s+(\d+) kB/.exec(status)?.[1]);
    assert.ok(mappings.length < PIECES, `${mappings.length} mappings`);
    assert.ok(tableKb < PIECES * 4, `${tableKb} kB of page tables`);
    template.close();
  });
});
