// The worker's code is text in this very file: no module, nothing to find or to deploy.
import { text } from "node:stream/consumers";
import { ForkProcess } from "desktop-fork";

/** Runs in the worker. Of this file it has nothing but its own source. */
function count(socket, words) {
  const { createHash } = require("node:crypto");
  const digest = createHash("sha256").update(words).digest("hex").slice(0, 8);
  socket.end(`${words.split(" ").length} words, ${digest}`);
}

const worker = await ForkProcess.create().eval(`${count}`).sendArg("to be or not to be").run("count");
console.log(await text(worker.socket));
