/** What a module exports, CommonJS and ES modules alike. */
import type { Namespace } from "./load-module.cjs";

/** What every object or function has is nobody's export. */
function exportsItself(exports: Namespace, name: string): boolean {
  if (Object.hasOwn(exports, name)) return true;
  return name in exports && !(name in (typeof exports === "function" ? Function.prototype : Object.prototype));
}

/** @throws TypeError when the module has no such export */
export function findExport(namespace: Namespace, name: string, specifier: string): unknown {
  if (Object.hasOwn(namespace, name)) return namespace[name];
  // What a CommonJS module assigns in a way that is not seen from outside is on its default export only.
  const fallback = namespace["default"] as Namespace | undefined;
  if (fallback && (typeof fallback === "object" || typeof fallback === "function") && exportsItself(fallback, name))
    return fallback[name];
  const names = Object.keys(namespace).join(", ");
  throw new TypeError(`the module '${specifier}' does not export '${name}'; it exports ${names || "nothing"}`);
}
