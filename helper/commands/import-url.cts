/** import(), for code that was compiled as a script. */
export function importUrl(url: string): Promise<Record<string, unknown>> {
  return import(url) as Promise<Record<string, unknown>>;
}
