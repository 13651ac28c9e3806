// A program is started by a small process instead of this one, however big this one is: its output goes to a file, its
// complaints come here.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { ForkProcess, spawn } from "desktop-fork";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "example-"));
const output = fs.openSync(path.join(folder, "output"), "w");
const command = ["sh", ["-c", "echo result; echo complaint >&2; exit 3"]];

// A prepared process becomes the program ...
const program = ForkProcess.create({ cwd: folder }).become(...command, { stdio: ["ignore", output, "pipe"] });
console.log("stderr:", (await text(program.stderr)).trim());
console.log("file:", fs.readFileSync(path.join(folder, "output"), "utf8").trim());

// ... or, for short, what child_process.spawn() would take.
const short = spawn(...command, { stdio: ["ignore", output, "ignore"] });
short.on("exit", (code) => {
  console.log("exit code:", code);
  fs.rmSync(folder, { recursive: true });
});
