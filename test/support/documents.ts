/** The project's documents, as tests read them. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const NOT_OURS = /^(node_modules|dist|out|coverage|\.git|\.cache|native\/(build|prebuilds))$|\/node_modules$/;

/** The project's own files, relative to its folder; nothing that was installed or built. */
export function projectFiles(folder = ""): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (NOT_OURS.test(name)) return [];
    return entry.isDirectory() ? projectFiles(name) : [name];
  });
}

export function isInProject(name: string): boolean {
  return existsSync(path.join(ROOT, name));
}

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

/** What stands in quotation marks in the last column of tables: the names of tests. */
export function namedTests(markdown: string): string[] {
  const cells = [...markdown.matchAll(/\| ("[^|]*") \|$/gm)].map(([, cell]) => cell as string);
  return cells.flatMap((cell) => [...cell.matchAll(/"([^"]+)"/g)].map(([, name]) => name as string));
}

/** All files below test/ whose names or texts name tests, one after the other. @param except the end of a file's name */
export function testSources(except: string): string {
  return readdirSync(path.join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => !name.endsWith(except))
    .map((name) => path.join(ROOT, "test", name))
    .filter((file) => /\.([cm]?ts|mjs)$/.test(file) && statSync(file).isFile())
    .map((file) => `${path.basename(file)}\n${readFileSync(file, "utf8")}`)
    .join("\n");
}
