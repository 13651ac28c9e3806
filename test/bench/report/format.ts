/** Numbers as people read them. */

/** Three digits that count. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1 || value === 0) return value.toFixed(2);
  return value.toFixed(Math.min(4, 1 - Math.floor(Math.log10(size))));
}

export function formatRatio(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}x`;
}

/** Without the zeros that say nothing: "20x", "0.77x", "1.2". */
export function formatLimit(limit: number, isRatio: boolean): string {
  return `${Number(limit.toPrecision(2))}${isRatio ? "x" : ""}`;
}
