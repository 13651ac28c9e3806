/** Which cases the command line asks for. */
import type { BenchCase, Depth } from "./bench-case.js";

export interface Selected {
  benchCase: BenchCase;
  /** Only these rivals; undefined: all. */
  rivals: string[] | undefined;
}

/**
 * A word selects the cases that have it in their name or among their tags; else the cases with a rival of such a name, and of
 * these only that rival. Without words: all. A case of another depth comes only when it is named in full.
 * @throws RangeError when a word selects nothing
 */
export function select(cases: readonly BenchCase[], words: readonly string[], depth: Depth): Selected[] {
  const fits = ({ depths }: BenchCase) => depths === undefined || depths.includes(depth);
  if (words.length === 0) return cases.filter(fits).map((benchCase) => ({ benchCase, rivals: undefined }));
  const selected = new Map<BenchCase, Selected>();
  for (const word of words) {
    const found = find(cases, word.toLowerCase());
    if (found.length === 0)
      throw new RangeError(`no case is called '${word}'; there are ${cases.map(({ name }) => name).join(", ")}`);
    for (const each of found)
      if (fits(each.benchCase) || each.benchCase.name === word) selected.set(each.benchCase, each);
  }
  return cases.flatMap((benchCase) => selected.get(benchCase) ?? []);
}

function find(cases: readonly BenchCase[], word: string): Selected[] {
  const byName = cases.filter(({ name, tags = [] }) => name.includes(word) || tags.includes(word));
  const byRival = cases.flatMap((benchCase) => {
    const rivals = Object.keys(benchCase.variants).filter((name) => name.toLowerCase().includes(word));
    return rivals.length === 0 ? [] : [{ benchCase, rivals }];
  });
  return byName.length > 0 ? byName.map((benchCase) => ({ benchCase, rivals: undefined })) : byRival;
}
