/** An object that has any method one asks for. */

export type CallByName = (name: string, args: unknown[]) => Promise<unknown>;

/** @returns an object each of whose methods makes the call of its name */
export function callsOf(call: CallByName): object {
  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      // `then` would make it a promise for everybody who awaits it.
      if (typeof name !== "string" || name === "then") return undefined;
      let method = methods.get(name);
      if (method === undefined) {
        method = (...args) => call(name, args);
        methods.set(name, method);
      }
      return method;
    },
  });
}
