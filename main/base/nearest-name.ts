/** Which name a misspelt one was meant to be. */

/** Of the longer name, a third may be wrong. */
const LARGEST_SHARE = 1 / 3;

/** @returns the name that takes the fewest changes of a letter; undefined when none is near */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const changes = countChanges(wrong.toLowerCase(), name.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(wrong.length, name.length) * LARGEST_SHARE));
    if (changes > limit || changes >= fewest) continue;
    nearest = name;
    fewest = changes;
  }
  return nearest;
}

/** Letters to insert, to leave out, to replace, or to swap with their neighbours. */
function countChanges(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = at(last, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1);
      let changes = Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced);
      if (one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        changes = Math.min(changes, at(beforeLast, j - 2) + 1);
      row.push(changes);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, other.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
