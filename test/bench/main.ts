/** npm run bench: ours beside the rivals, in one run, in turns. docs/performance.md says how and why. */
import fs from "node:fs";
import path from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import type { Depth } from "./bench-case.js";
import { allCases } from "./cases/index.js";
import { htmlReport } from "./report/html.js";
import { jsonReport, type Report } from "./report/json.js";
import { plotFiles } from "./report/plots.js";
import { caseTable } from "./report/table.js";
import { type Selected, select } from "./select.js";
import { describeMachine, machineLine } from "./support/machine.js";
import { describeNoise, NoiseMeter } from "./support/noise.js";
import { heavyModules, makeBuildFolder } from "./support/programs.js";
import { runCase } from "./support/runner.js";
import { type CaseSummary, summarise } from "./support/summary.js";

interface Options {
  quick?: true;
  full?: true;
  filter: string[];
  json?: string;
  html?: string;
  plots?: string;
  list?: true;
}

const program = new Command("bench")
  .description("Measures this library beside its rivals.")
  .argument("[names...]", "cases or rivals, by a part of their name")
  .addOption(new Option("--quick", "less than a minute").conflicts("full"))
  .option("--full", "the slow cases too: larger parents, growth")
  .option("--filter <name>", "the same as a name", (name: string, before: string[]) => [...before, name], [])
  .option("--json <file>", "write the figures; - is standard output")
  .option("--html <file>", "write a page with plots")
  .option("--plots <folder>", "write the plots as SVG files")
  .option("--list", "name the cases")
  .action(main);

async function main(names: string[], options: Options): Promise<void> {
  if (options.list) return listCases();
  const depth: Depth = options.quick ? "quick" : options.full ? "full" : "normal";
  const selected = select(allCases(), [...names, ...options.filter], depth);
  // The table makes way for figures on standard output.
  const print = (text: string) => (options.json === "-" ? process.stderr : process.stdout).write(`${text}\n`);
  const report = await measure(selected, depth, print);
  print(`\nThe machine was ${describeNoise(report.noise)}`);
  if (options.json !== undefined) write(options.json, jsonReport(report));
  if (options.html !== undefined) write(options.html, htmlReport(report));
  if (options.plots !== undefined) writePlots(options.plots, report);
  if (report.summaries.some(({ absent }) => absent.some(({ skipped }) => !skipped))) process.exitCode = 1;
}

async function measure(selected: readonly Selected[], depth: Depth, print: (text: string) => void): Promise<Report> {
  const begin = performance.now();
  const machine = describeMachine();
  const { missing } = heavyModules();
  makeBuildFolder();
  print(pc.bold("desktop-fork beside its rivals: ratios above 1 say how many times better desktop-fork is"));
  print(machineLine(machine));
  if (missing.length > 0) print(pc.yellow(`not installed, so not preloaded: ${missing.join(", ")}`));
  const noise = new NoiseMeter();
  const summaries: CaseSummary[] = [];
  for (const { benchCase, rivals } of selected) {
    const result = await runCase(benchCase, {
      depth,
      rivals,
      between: () => noise.calibrate(),
      onProgress: (round, variant) => showProgress(`${benchCase.name}: round ${round + 1}, ${variant}`),
    });
    showProgress("");
    const summary = summarise(result);
    summaries.push(summary);
    print(`\n${caseTable(summary)}`);
  }
  return {
    date: new Date().toISOString(),
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    depth,
    seconds: (performance.now() - begin) / 1000,
    machine,
    noise: noise.report(),
    summaries,
  };
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function listCases(): void {
  for (const { name, title, depths, variants } of allCases())
    process.stdout.write(
      `${name.padEnd(18)} ${title}${depths === undefined ? "" : ` (${depths.join(", ")})`}\n${"".padEnd(18)} ${pc.dim(Object.keys(variants).join(", "))}\n`,
    );
}

function write(file: string, text: string): void {
  if (file === "-") process.stdout.write(text);
  else fs.writeFileSync(file, text);
}

function writePlots(folder: string, report: Report): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const { name, text } of plotFiles(report)) fs.writeFileSync(path.join(folder, name), text);
}

await program.parseAsync().catch((error: Error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
});
