/** `npm run demo -- FOLDER`: the gallery in Electron where there is one, else in the browser of your choice. */
import "desktop-fork/early";
import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { samplePictures } from "desktop-fork-thumbnails";
import { argumentOctets, resolvePath } from "desktop-fork-thumbnails/pictures";
import { findElectron } from "./electron/electron-binary.js";
import { octetsOf } from "./folder/browse.js";
import { Gallery } from "./gallery.js";
import { serveGallery } from "./web/server.js";

const HELP = `npm run demo -- [FOLDER] [--web] [--port NUMBER] [--workers NUMBER]

Shows the pictures below FOLDER (default: sample pictures) in Electron, if it is installed; otherwise, or with --web, on a
page for your browser.
`;

const MAIN = fileURLToPath(new URL("./electron/main.js", import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    web: { type: "boolean", default: false },
    port: { type: "string", default: "0" },
    workers: { type: "string", default: String(os.availableParallelism()) },
    help: { type: "boolean", short: "h", default: false },
  },
});

const electron = values.web ? undefined : findElectron();
if (values.help) process.stdout.write(HELP);
else if (electron !== undefined) runElectron(electron);
else await runWeb();

function runElectron(binary: string): void {
  process.stdout.write(`The gallery opens in Electron: ${binary}\n`);
  const child = spawn(binary, [MAIN, ...positionals.map((folder) => path.resolve(folder))], { stdio: "inherit" });
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}

async function runWeb(): Promise<void> {
  const [named] = argumentOctets(positionals);
  const gallery = new Gallery({
    workers: Number(values.workers),
    folder: octetsOf(resolvePath(named ?? Buffer.from(await samplePictures()))),
    report: (message) => process.stderr.write(`${message}\n`),
  });
  const web = await serveGallery(gallery, Number(values.port));
  const why = values.web ? "" : "No Electron was found, so the same page is for your browser. ";
  process.stdout.write(`${why}Open this address; whoever has it can see your pictures:\n\n  ${web.address}\n\n`);
  const end = async () => {
    await web.close();
    await gallery.close();
    process.exit();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void end());
}
