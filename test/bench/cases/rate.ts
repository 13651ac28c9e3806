/** How many processes per second come to life, say something, and end. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import type { BenchCase, Measured, SampleContext, Variant } from "../bench-case.js";
import { firstByte, withTemplate } from "../support/ours.js";
import { built, has, programPath, programUrl } from "../support/programs.js";
import { startFork } from "../support/rivals.js";
import { processesPerSecond, type Start } from "../support/starts.js";

const IN_FLIGHT = { one: 1, eight: 8 };
const OURS = 200;
const CHILD_PROCESSES = 16;
const PERL_PROCESSES = 400;
const FLOOR_PROCESSES = 400;

async function inEachWay(rate: (inFlight: number) => Promise<number> | number): Promise<Measured> {
  const rates: Record<string, number> = {};
  for (const [name, inFlight] of Object.entries(IN_FLIGHT)) rates[name] = await rate(inFlight);
  return rates;
}

async function ours(context: SampleContext): Promise<Measured> {
  return withTemplate({}, (template) => {
    const start = (): Start => {
      const running = template.fork().run(programUrl("ours.cjs"));
      return { first: running.then(firstByte), end: async () => (await running).exited };
    };
    return inEachWay((inFlight) => processesPerSecond(context.times(OURS), inFlight, start));
  });
}

/** Programs that measure themselves: MEGABYTES PROCESSES IN_FLIGHT, and print the seconds. */
function measuredBy(program: string, args: readonly string[], processes: number): Promise<Measured> {
  return inEachWay((inFlight) => {
    const seconds = execFileSync(program, [...args, String(processes), String(inFlight)], { encoding: "utf8" });
    return processes / Number(seconds);
  });
}

function perl(megabytes: () => Promise<number>): Variant {
  return {
    skip: () =>
      has("perl", "-MAnyEvent::Fork", "-e1")
        ? undefined
        : "AnyEvent::Fork is not installed (Debian: apt install libanyevent-fork-perl libev-perl)",
    sample: async (context) =>
      measuredBy("perl", [programPath("anyevent-fork.pl"), String(await megabytes())], context.times(PERL_PROCESSES)),
  };
}

const floor: Variant = {
  role: "floor",
  skip: () => (has("cc", "--version") ? undefined : "there is no C compiler (cc)"),
  sample: async (context) => {
    const program = built("fork-floor", (file) =>
      execFileSync("cc", ["-O2", "-o", file, programPath("fork-floor.c")], { stdio: "ignore" }),
    );
    return measuredBy(program, [String(await templateMegabytes())], context.times(FLOOR_PROCESSES));
  },
};

/** Resident anonymous memory of an empty template: what a fork has to copy the page tables of. */
function templateMegabytes(): Promise<number> {
  return withTemplate({}, async ({ pid }) => {
    const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
  });
}

export const rateCase: BenchCase = {
  name: "rate",
  title: "Processes per second: start, first JavaScript, exit",
  unit: "processes/s",
  better: "higher",
  variants: {
    "desktop-fork": ours,
    "child_process.fork": (context) =>
      inEachWay((inFlight) =>
        processesPerSecond(context.times(CHILD_PROCESSES), inFlight, () => startFork("fork.cjs")),
      ),
    "perl AnyEvent::Fork->new": perl(() => Promise.resolve(0)),
    "perl, template as large as ours": perl(templateMegabytes),
    "fork() in C, as large as ours": floor,
  },
  metrics: {
    one: { title: "one at a time" },
    eight: { title: "8 in flight", goals: [{ rival: "perl AnyEvent::Fork->new", floor: 0.6, want: 1 }] },
  },
  tags: ["processes"],
  note:
    "Ended means that the parent knows the exit code (ours, child_process, C) or sees the end of the socket (Perl, which tells " +
    "no more). As large as ours: as much touched anonymous memory as an empty template of ours has.",
};
