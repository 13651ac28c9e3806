/** The project's documents, as tests read them. */
import { readFileSync } from "node:fs";

/** @param name relative to the project's folder; this file runs from dist/test/support */
export function readProjectFile(name: string): string {
  return readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
}

/** The cells of every table row below a heading, head rows and rules left out. */
export function tableRows(markdown: string, heading: string): string[][] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`there is no heading '${heading}'`);
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf("|"))
        .split("|")
        .map((cell) => cell.trim()),
    )
    .filter((cells, index, rows) => !isRule(cells) && !isRule(rows[index + 1] ?? []));
}

function isRule(cells: string[]): boolean {
  return cells.length > 0 && cells.every((cell) => /^:?-+:?$/.test(cell));
}
