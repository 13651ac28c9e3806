/** Lists of strings as the kernel takes them: NUL-terminated, one string after the other. */

/** @param strings none of which may contain a NUL */
export function blockOf(strings: readonly string[]): string {
  return strings.length === 0 ? "" : `${strings.join("\0")}\0`;
}
