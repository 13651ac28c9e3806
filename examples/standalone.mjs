// Everything in one file, which may be bundled or made a single executable: no other file is needed, nor a `node`.
import "desktop-fork/early"; // first: this program can be its own runtime
import os from "node:os";
import { text } from "node:stream/consumers";
import { Template } from "desktop-fork";

const host = os.hostname(); // whatever is there before ofProgram() is in the template too

/** Runs in a worker. */
function work(socket, id) {
  socket.end(`worker ${id} on ${host}: ${socket.constructor.name}`);
}

const template = Template.ofProgram({ work }); // the template goes no further than this line

const workers = await Promise.all(Array.from({ length: 10 }, (_, id) => template.fork().sendArg(`${id}`).run("work")));
const answers = await Promise.all(workers.map(({ socket }) => text(socket)));
console.log(answers.filter((answer, id) => answer.startsWith(`worker ${id} on ${host}`)).length, "workers answered");
