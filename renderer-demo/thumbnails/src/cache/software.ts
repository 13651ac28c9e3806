/** How this program signs what it writes. */
import fs from "node:fs";

const manifest = new URL("../../package.json", import.meta.url);

export const { version: VERSION } = JSON.parse(fs.readFileSync(manifest, "utf8")) as { version: string };

/** The name that the cache's `fail` folder knows it by. */
export const SOFTWARE = `desktop-fork-${VERSION}`;
