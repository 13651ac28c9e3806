// What was sent before a fork is in the fork, what comes later is not; the function has all of it in the order sent.
import { text } from "node:stream/consumers";
import { ForkProcess } from "desktop-fork";

const original = ForkProcess.create()
  .eval("function list(socket, ...all) { socket.end(all.join(' ')) }")
  .sendArg("str1")
  .sendHandle(0);
const fork = original.fork().sendArg("str2");
original.sendArg("str3", "str4");

for (const proc of [original, fork]) {
  const worker = await proc.run("list"); // a plain descriptor arrives as its number
  console.log((await text(worker.socket)).replace(/ \d+ /, " fd "));
}
