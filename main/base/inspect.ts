/** How objects of ours look in `console.log` and util.inspect: their state in one line. */
import type { InspectOptions } from "node:util";

type Inspect = (value: unknown, options: InspectOptions) => string;

/** @param facts what is not known is left out; nothing of it may be secret */
export function inspectLine(
  name: string,
  facts: Readonly<Record<string, unknown>>,
  options: InspectOptions,
  inspect: Inspect,
): string {
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  if (known.length === 0) return `${name} {}`;
  const texts = known.map(([key, fact]) => `${key}: ${inspect(fact, options)}`);
  return `${name} { ${texts.join(", ")} }`;
}
