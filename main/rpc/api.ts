/** An object that has any method one asks for. */

export type CallByName = (name: string, args: unknown[]) => Promise<unknown>;

/** @returns an object each of whose methods makes the call of its name */
export function callsOf(call: CallByName): object {
  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      // Everybody who awaits it asks for the one, whoever prints it for the other.
      if (typeof name !== "string" || name === "then" || name === "toJSON") return undefined;
      let method = methods.get(name);
      if (method === undefined) {
        method = (...args) => call(name, args);
        methods.set(name, method);
      }
      return method;
    },
  });
}
