/** The page's files under an address of their own: a file: page could load no modules, and read every file. */
import { readFile } from "node:fs/promises";
import { pageFiles, pageHeaders } from "../page/page-files.js";
import { isOurPage } from "./sender.js";

/** @returns what answers the requests of the scheme */
export function pageAnswers(): (request: Request) => Promise<Response> {
  const files = pageFiles();
  const headers = pageHeaders();
  return async ({ url, method }) => {
    const found = isOurPage(url) && method === "GET" ? files.get(new URL(url).pathname) : undefined;
    if (found === undefined) return new Response("Not found\n", { status: 404, headers });
    return new Response(await readFile(found.file), { headers: { ...headers, "content-type": found.type } });
  };
}
