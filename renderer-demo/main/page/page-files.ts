/** The page's own files: a list made once, so that no address can name anything else. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface PageFile {
  file: string;
  type: string;
}

const COMPILED = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = fileURLToPath(new URL("../../../../renderer-demo", import.meta.url));

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".js": "text/javascript; charset=utf-8",
};

/** By the path of their address. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  const add = (root: string, folder: string, extensions: readonly string[]) => {
    for (const name of fs.readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })) {
      const extension = path.extname(name);
      if (!extensions.includes(extension)) continue;
      const address = `/${path.posix.join(folder, name.split(path.sep).join("/"))}`;
      files.set(address, { file: path.join(root, folder, name), type: TYPES[extension] as string });
    }
  };
  add(SOURCES, "page", [".html", ".css", ".svg"]);
  add(COMPILED, "page", [".js"]);
  add(COMPILED, "contract", [".js"]);
  const index = files.get("/page/index.html");
  if (index === undefined) throw new Error("the page is missing: run `npm run build`");
  files.set("/", index);
  return files;
}

/**
 * Headers of every answer.
 * @param connect where the page may connect to, beside its own origin
 */
export function pageHeaders(connect = ""): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    `connect-src 'self' ${connect}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
  };
}
