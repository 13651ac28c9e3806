// A single new process that runs your function: talk to it through its socket.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ForkProcess } from "desktop-fork";

const worker = await ForkProcess.create().run(new URL("./greeter.mjs", import.meta.url), "double");
const answers = createInterface({ input: worker.socket });

for (const number of [1, 21, 500]) {
  worker.socket.write(`${number}\n`);
  const [answer] = await once(answers, "line");
  console.log(`twice ${number} is ${answer}`);
}
worker.socket.end(); // the worker's loop ends, and so does the worker
const { code } = await worker.exited;
console.log(`exit code ${code}`);
