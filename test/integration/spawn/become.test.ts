/** proc.become(): a prepared process becomes a program. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { ForkProcess, Template } from "../../../main/index.js";
import { closed } from "../../support/closed.js";
import { forbidLeaks } from "../../support/leaks.js";

const WAYS: Record<string, () => ForkProcess> = {
  "a forked process": () => ForkProcess.create(),
  "a fresh runtime": () => ForkProcess.fresh(),
};

for (const [way, make] of Object.entries(WAYS))
  describe(`exec() of ${way}`, () => {
    forbidLeaks();

    const said = async (proc: ForkProcess, script: string, options = {}) => {
      const program = proc.become("sh", ["-c", script], { stdio: ["ignore", "pipe", "inherit"], ...options });
      const [words] = await Promise.all([text(program.stdout), once(program, "close")]);
      return words.trim();
    };

    it("the program keeps the pid", async () => {
      const proc = make();
      await proc.ready();
      const { pid } = proc;
      const program = proc.become("sh", ["-c", "echo $$; exit 3"]);
      const [words, ended] = await Promise.all([text(program.stdout), once(program, "exit")]);
      assert.deepEqual([Number(words), program.pid, ended], [pid, pid, [3, null]]);
    });

    it("a process that becomes a program keeps its working directory and environment, and has nothing of the library's", async () => {
      const proc = make().eval("process.chdir('/usr'); process.env.PREPARED = 'yes'; delete process.env.HOME");
      const words = await said(proc, "pwd; echo $PREPARED; env | grep -c -e ^HOME= -e LD_PRELOAD -e DESKTOP_FORK");
      assert.deepEqual(words.split("\n"), ["/usr", "yes", String("DESKTOP_FORK_SPARES" in process.env ? 1 : 0)]);
    });

    it("cwd and env of the options replace them", async () => {
      const proc = make().eval("process.chdir('/usr'); process.env.PREPARED = 'yes'");
      assert.equal(
        await said(proc, 'pwd; echo "$PREPARED$GIVEN"', { cwd: "bin", env: { GIVEN: "given" } }),
        "/usr/bin\ngiven",
      );
    });

    it("no descriptor, blocked or ignored signal of the process is left to it", async () => {
      const script = "grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f2; exec ls /proc/self/fd";
      const proc = make().eval("process.on('SIGUSR2', () => {})");
      const words = (await said(proc, script)).split("\n");
      assert.deepEqual(words.slice(0, 2), ["0000000000000000", "0000000000000000"]);
      assert.deepEqual(words.slice(2).sort(), ["0", "1", "2", "3"]); // 3 is the folder that ls reads
    });

    it("a program that can't be executed is an error, and the process ends", async () => {
      const proc = make();
      await proc.ready();
      const program = proc.become("/nowhere/program", ["x"]);
      const end = closed(program);
      const [error] = await once(program, "error");
      assert.deepEqual(
        [error.code, error.syscall, error.path, error.spawnargs],
        ["ENOENT", "spawn /nowhere/program", "/nowhere/program", ["x"]],
      );
      await end;
    });

    it("what went wrong before is the program's error", async () => {
      const program = make().eval("throw new Error('unprepared')").become("true");
      const [error] = await once(program, "error");
      assert.equal(error.code, "ERR_FORK_EVAL");
      assert.match(error.message, /unprepared/);
    });

    it("a signal that is sent at once ends it", async () => {
      const program = make().become("sleep", ["60"], { stdio: "ignore" });
      assert.equal(program.kill("SIGKILL"), true);
      const end = closed(program);
      program.on("error", () => {}); // it may not have become the program yet
      await end;
      assert.equal(program.kill(), false);
    });

    it("the process object is used up", async () => {
      const proc = make();
      const program = proc.become("true");
      assert.throws(() => proc.become("true"), { code: "ERR_FORK_USED" });
      await assert.rejects(proc.run("anything"), { code: "ERR_FORK_USED" });
      assert.deepEqual(await once(program, "exit"), [0, null]);
    });

    it("bad arguments are refused, and the object can still be used", async () => {
      const proc = make();
      for (const args of [[1], [""], ["a\0"], ["true", ["\0"]], ["true", [], { cwd: 5 }]])
        assert.throws(() => Reflect.apply(proc.become, proc, args), { code: "ERR_FORK_ARGUMENT" });
      assert.equal(await said(proc, "echo fine"), "fine");
    });
  });

describe("exec() of a fork of a template", () => {
  forbidLeaks();

  it("exec() of a fork is a program started from a prepared template: a faster fork and exec", async () => {
    using template = await Template.start();
    const programs = Array.from({ length: 20 }, (_, i) =>
      template.fork().become("sh", ["-c", `exit ${i}`], { stdio: "ignore" }),
    );
    const codes = await Promise.all(programs.map(async (program) => (await once(program, "exit"))[0]));
    assert.deepEqual(
      codes,
      programs.map((_, i) => i),
    );
  });
});
