/** The words of a command line, as a shell splits them where nothing but quotes and backslashes is special. */

/** A piece of a word: in single quotes, in double quotes, escaped, or plain. */
const PIECES = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(\s+)/gsy;

/** @returns undefined when a quote is not closed, or a backslash ends the text */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let end = 0;
  for (const [all, single, double, escaped, plain, space] of text.matchAll(PIECES)) {
    end += all.length;
    if (space === undefined)
      word = (word ?? "") + (single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? plain);
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (end !== text.length) return undefined;
  return word === undefined ? words : [...words, word];
}
