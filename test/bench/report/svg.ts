/** Plots as SVG that takes its colours from the page. */
import type { MetricSummary, VariantSummary } from "../support/summary.js";
import { formatNumber, formatRatio } from "./format.js";
import { type Scale, scaleFor } from "./scale.js";

const WIDTH = 860;
const LABEL_WIDTH = 228;
const VALUE_WIDTH = 196;
const ROW = 30;
const AXIS = 26;
const TOP = 8;

/** One row per variant: every round a dot, p10 to p90 a bar, the median a line. */
export function stripPlot(metric: MetricSummary): string {
  const { variants, unit } = metric;
  const values = variants.flatMap(({ rounds, p10, p90 }) => [...rounds, p10, p90]);
  const scale = scaleFor(values);
  const left = LABEL_WIDTH;
  const width = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const bottom = TOP + variants.length * ROW;
  const x = (value: number) => left + scale.place(value) * width;
  const grid = scale.ticks.map((tick) => {
    const at = x(tick).toFixed(1);
    return `<line class="grid" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/><text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${formatNumber(tick)}</text>`;
  });
  const rows = variants.map((variant, index) => stripRow(variant, TOP + index * ROW + ROW / 2, x));
  const kind = scale.logarithmic ? ", logarithmic" : "";
  const axis = `<text class="unit" x="${WIDTH}" y="${bottom + 16}" text-anchor="end">${escapeHtml(unit)}${kind}</text>`;
  return svg(bottom + AXIS, [...grid, ...rows, axis], `${metric.title}, ${unit}`);
}

function stripRow(variant: VariantSummary, y: number, x: (value: number) => number): string {
  const { name, role, median, p10, p90, rounds, against } = variant;
  const bar = `<rect class="bar" x="${x(p10).toFixed(1)}" y="${y - 6}" width="${Math.max(1, x(p90) - x(p10)).toFixed(1)}" height="12" rx="6"/>`;
  const dots = rounds.map((value) => `<circle class="dot" cx="${x(value).toFixed(1)}" cy="${y}" r="2.4"/>`).join("");
  const line = `<line class="median" x1="${x(median).toFixed(1)}" x2="${x(median).toFixed(1)}" y1="${y - 9}" y2="${y + 9}"/>`;
  const end = WIDTH - VALUE_WIDTH;
  const value = `<text class="value" x="${end + 66}" y="${y + 4}" text-anchor="end">${formatNumber(median)}</text>`;
  const ratio =
    against === undefined
      ? ""
      : typeof against === "string"
        ? `<text class="refused" x="${WIDTH}" y="${y + 4}" text-anchor="end">${escapeHtml(against.split(":")[0] as string)}</text>`
        : `<text class="ratio" x="${WIDTH}" y="${y + 4}" text-anchor="end">${formatRatio(against.ratio)}</text>`;
  const hint = `<title>${escapeHtml(`${name}: median ${formatNumber(median)}, p10 ${formatNumber(p10)}, p90 ${formatNumber(p90)}; ${rounds.length} rounds${typeof against === "string" ? `; ${against}` : ""}`)}</title>`;
  const label = `<text class="label" x="0" y="${y + 4}">${escapeHtml(name)}</text>`;
  const target = `<rect class="target" x="0" y="${y - ROW / 2}" width="${WIDTH}" height="${ROW}"/>`;
  return `<g class="row ${role}">${hint}${target}${label}${bar}${dots}${line}${value}${ratio}</g>`;
}

export interface CurvePoint {
  x: number;
  low: number;
  middle: number;
  high: number;
}

export interface Curve {
  title: string;
  unit: string;
  xUnit: string;
  points: readonly CurvePoint[];
}

const CURVE = { width: 420, height: 250, left: 52, right: 14, top: 14, bottom: 44 };

/** The median as a line, p10 to p90 as a band. */
export function curvePlot({ title, unit, xUnit, points }: Curve): string {
  const xs = scaleFor(points.map((point) => point.x));
  const ys = scaleFor([0, ...points.flatMap(({ low, high }) => [low, high])]);
  const { width, height, left, right, top, bottom } = CURVE;
  const x = (value: number) => left + xs.place(value) * (width - left - right);
  const y = (value: number) => height - bottom - ys.place(value) * (height - top - bottom);
  const path = (pick: (point: CurvePoint) => number, order = points) =>
    order.map((point) => `${x(point.x).toFixed(1)},${y(pick(point)).toFixed(1)}`).join(" ");
  const band = `${path((point) => point.high)} ${path((point) => point.low, points.toReversed())}`;
  const dots = points.map(
    (point) =>
      `<circle class="dot" cx="${x(point.x).toFixed(1)}" cy="${y(point.middle).toFixed(1)}" r="3.2"><title>${escapeHtml(`${point.x} ${xUnit}: ${formatNumber(point.middle)} ${unit}`)}</title></circle>`,
  );
  const shapes = [
    ...curveGrid(xs, ys, x, y),
    `<polygon class="bar" points="${band}"/>`,
    `<polyline class="curve" points="${path((point) => point.middle)}"/>`,
    ...dots,
    `<text class="unit" x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(xUnit)}${xs.logarithmic ? ", logarithmic" : ""}</text>`,
  ];
  return `<figure><figcaption>${escapeHtml(title)}, ${escapeHtml(unit)}</figcaption>${svg(height, [`<g class="ours">${shapes.join("")}</g>`], title, width)}</figure>`;
}

type Place = (value: number) => number;

function curveGrid(xs: Scale, ys: Scale, x: Place, y: Place): string[] {
  const { width, height, left, right, bottom } = CURVE;
  const across = ys.ticks.map(
    (tick) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text class="tick" x="${left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${formatNumber(tick)}</text>`,
  );
  const along = xs.ticks.map(
    (tick) =>
      `<text class="tick" x="${x(tick).toFixed(1)}" y="${height - bottom + 18}" text-anchor="middle">${tick}</text>`,
  );
  return [...across, ...along];
}

/** What is measured at several points is one curve per series. */
export function curvesOf(metrics: readonly MetricSummary[]): Curve[] {
  const curves = new Map<string, Curve & { points: { x: number; low: number; middle: number; high: number }[] }>();
  for (const { point, unit, variants } of metrics) {
    const [ours] = variants;
    if (point === undefined || ours === undefined) continue;
    const curve = curves.get(point.series) ?? { title: point.series, unit, xUnit: point.unit, points: [] };
    curve.points.push({ x: point.x, low: ours.p10, middle: ours.median, high: ours.p90 });
    curves.set(point.series, curve);
  }
  return [...curves.values()];
}

function svg(height: number, parts: readonly string[], label: string, width = WIDTH): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">${parts.join("")}</svg>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
