/** Lists of strings as the kernel takes them: NUL-terminated, one string after the other. */

/** @param strings none of which may contain a NUL */
export function blockOf(strings: readonly string[]): string {
  let block = "";
  for (let i = 0; i < strings.length; i++) block += `${strings[i]}\0`;
  return block;
}
