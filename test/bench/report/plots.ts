/** The plots of a report as files of their own, for documents. */
import type { CaseSummary } from "../support/summary.js";
import type { Report } from "./json.js";
import { PLOT_STYLE } from "./style.js";
import { curvePlot, curvesOf, stripPlot } from "./svg.js";

/** A case with more metrics than this is a table, not plots. */
export const MAX_PLOTS = 4;

export interface PlotFile {
  name: string;
  text: string;
}

export function plotFiles({ summaries }: Report): PlotFile[] {
  return summaries.flatMap(plotsOfCase);
}

function plotsOfCase({ name, metrics }: CaseSummary): PlotFile[] {
  const curves = curvesOf(metrics);
  if (curves.length > 0)
    return curves.map((curve) => ({ name: fileName(name, curve.title), text: standalone(curvePlot(curve)) }));
  if (metrics.length > MAX_PLOTS) return [];
  return metrics.map((metric) => ({ name: fileName(name, metric.name), text: standalone(stripPlot(metric)) }));
}

function fileName(...parts: string[]): string {
  const words =
    parts
      .join(" ")
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return `${words.join("-")}.svg`;
}

/** @param markup that has one svg element, which takes its style from the page */
function standalone(markup: string): string {
  const svg = markup.slice(markup.indexOf("<svg"), markup.lastIndexOf("</svg>"));
  return `${svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"').replace(">", `><style>${PLOT_STYLE}</style>`)}</svg>\n`;
}
