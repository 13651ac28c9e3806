/** The report as one page that needs nothing else. */
import { machineLine } from "../support/machine.js";
import { describeNoise } from "../support/noise.js";
import type { CaseSummary, GoalResult, MetricSummary, VariantSummary } from "../support/summary.js";
import { formatNumber, formatRatio } from "./format.js";
import type { Report } from "./json.js";
import { MAX_PLOTS } from "./plots.js";
import { STYLE } from "./style.js";
import { curvePlot, curvesOf, escapeHtml, stripPlot } from "./svg.js";
import { goalText } from "./table.js";

export function htmlReport(report: Report): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>desktop-fork: benchmark</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${header(report)}
${tiles(report.summaries)}
${report.summaries.map(section).join("\n")}
</main>
</body>
</html>
`;
}

function header({ date, command, seconds, machine, noise }: Report): string {
  const rows = [
    ["Machine", escapeHtml(machineLine(machine))],
    ["Noise", `<span class="${noise.verdict.replace(" ", "-")}">${escapeHtml(describeNoise(noise))}</span>`],
    [
      "Taken",
      `${escapeHtml(date.slice(0, 16).replace("T", " "))} UTC, in ${Math.round(seconds)} s, by <code>${escapeHtml(command)}</code>`,
    ],
  ];
  return `<header>
<h1>desktop-fork beside its rivals</h1>
<p class="soft">All in one run, in turns, each sample in a fresh parent process. Ratios say how many times better desktop-fork is; one whose
95 % interval is wider than a factor of 1.5 is not printed. Bars go from the 10th to the 90th percentile, dots are the medians of the rounds.</p>
<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("")}</dl>
</header>`;
}

/** What has a goal comes first: large, with what it is measured against. */
function tiles(summaries: readonly CaseSummary[]): string {
  const all = summaries.flatMap((summary) =>
    summary.metrics.flatMap((metric) =>
      metric.variants.flatMap((variant) =>
        variant.goal === undefined ? [] : [tile(summary, metric, variant, variant.goal)],
      ),
    ),
  );
  return all.length === 0 ? "" : `<div class="tiles">${all.join("")}</div>`;
}

function tile(summary: CaseSummary, metric: MetricSummary, variant: VariantSummary, goal: GoalResult): string {
  const { against, median } = variant;
  const figure =
    goal.rival === undefined
      ? `${formatNumber(median)} <small>${escapeHtml(metric.unit)}</small>`
      : typeof against === "object"
        ? formatRatio(against.ratio)
        : "?";
  const what = [summary.title, metric.name === "" ? undefined : metric.title, goal.rival && `against ${goal.rival}`];
  const states = { want: "reached", floor: "floor reached", missed: "missed" };
  const state = goal.reached === undefined ? "not known" : states[goal.reached];
  const style = goal.reached === "floor" ? "floor-reached" : (goal.reached ?? "soft");
  return `<div class="tile"><b>${figure}</b><span>${escapeHtml(what.filter(Boolean).join(", "))}</span><span class="state ${style}">${escapeHtml(goalText(goal))}: ${state}</span></div>`;
}

function section(summary: CaseSummary): string {
  const { name, title, note, seconds, metrics, absent } = summary;
  const missing = absent.map(
    ({ name, skipped, reason }) =>
      `<p class="absent">${skipped ? "Skipped" : "Failed"}: ${escapeHtml(name)}. ${escapeHtml(reason)}</p>`,
  );
  return `<section id="${name}">
<h2>${escapeHtml(title)}</h2>
${note === undefined ? "" : `<p class="soft">${escapeHtml(note)}</p>`}
${body(metrics)}
${missing.join("")}
<p class="soft small">${escapeHtml(name)}, ${seconds.toFixed(0)} s</p>
</section>`;
}

function body(metrics: readonly MetricSummary[]): string {
  const curves = curvesOf(metrics);
  if (curves.length > 0) return `<div class="curves">${curves.map(curvePlot).join("")}</div>`;
  if (metrics.length > MAX_PLOTS) return matrix(metrics);
  return metrics
    .map((metric) => {
      const heading = metrics.length > 1 ? `<h3>${escapeHtml(metric.title)}</h3>` : "";
      return `${heading}<div class="scroll">${stripPlot(metric)}</div>`;
    })
    .join("");
}

function matrix(metrics: readonly MetricSummary[]): string {
  const names = [...new Set(metrics.flatMap(({ variants }) => variants.map((variant) => variant.name)))];
  const head = ["", ...names].map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  const rows = metrics.map((metric) => {
    const cells = names.map((name) => matrixCell(metric.variants.find((variant) => variant.name === name)));
    return `<tr><td>${escapeHtml(metric.title)}</td>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table><tr>${head}</tr>${rows.join("")}</table></div><p class="soft small">${escapeHtml(metrics[0]?.unit ?? "")}, ${metrics[0]?.better} is better</p>`;
}

function matrixCell(variant: VariantSummary | undefined): string {
  if (variant === undefined) return "<td></td>";
  const { role, median, p10, p90, against } = variant;
  const ratio = typeof against === "object" ? `<b>${formatRatio(against.ratio)}</b>` : "";
  const hint = `p10 ${formatNumber(p10)}, p90 ${formatNumber(p90)}${typeof against === "string" ? `, ${against}` : ""}`;
  return `<td class="${role}" title="${escapeHtml(hint)}">${formatNumber(median)}${ratio}</td>`;
}
