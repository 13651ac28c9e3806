// A process, a module in it, a function of that module, and its answer.
import { ForkProcess } from "desktop-fork";

const worker = await ForkProcess.create()
  .require("./greeter.mjs") // loaded while this program goes on
  .sendArg("world")
  .run("./greeter.mjs", "greet");

for await (const chunk of worker.socket) process.stdout.write(chunk);
console.log("ended with", await worker.exited);
