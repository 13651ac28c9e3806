/** The error codes of a package, as its source and its document have them. */
import { readProjectFile, tableRows } from "./documents.js";

/** Each code of a union of strings, with the TSDoc above it. @param file relative to the project's folder */
export function codesInSource(file: string, type: string): Map<string, string> {
  const union = new RegExp(`export type ${type} =\n(.*?" *);`, "s").exec(readProjectFile(file))?.[1] ?? "";
  return new Map(
    [...union.matchAll(/\/\*\* (.*?) \*\/\s*\| "(\w+)"/gs)].map(([, text = "", code = ""]) => [code, text]),
  );
}

export interface DocumentedCode {
  code: string;
  when: string;
  remedy: string;
}

/** The table below the heading "Error codes", of whatever level. */
export function codesInDocument(file: string): DocumentedCode[] {
  const document = readProjectFile(file).replace(/^#+ Error codes$/m, "## Error codes");
  return tableRows(document, "Error codes").map(([code = "", when = "", remedy = ""]) => ({
    code: code.replaceAll("`", ""),
    when,
    remedy,
  }));
}
