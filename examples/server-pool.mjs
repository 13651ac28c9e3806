// Ten processes that accept connections on the same server. This program never sees one.
import { once } from "node:events";
import net from "node:net";
import { text } from "node:stream/consumers";
import { ForkProcess } from "desktop-fork";

const server = net.createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address();

// Prepared once: the module is loaded and the server sent before the forks.
const prepared = ForkProcess.create().require("./server-worker.mjs").sendHandle(server);
const workers = await Promise.all(
  Array.from({ length: 10 }, (_, id) => prepared.fork().sendArg(`${id}`).run("./server-worker.mjs")),
);
server.close(); // the workers have copies
prepared.close();

const answers = Array.from({ length: 20 }, () => text(net.connect(port, "127.0.0.1")));
console.log(`${(await Promise.all(answers)).filter((answer) => /^worker \d$/.test(answer)).length} answers`);

for (const worker of workers) worker.kill();
console.log(await Promise.all(workers.map(async ({ exited }) => (await exited).signal)));
