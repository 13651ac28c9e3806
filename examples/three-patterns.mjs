// Three ways to a process.
import { text } from "node:stream/consumers";
import { ForkProcess, Template } from "desktop-fork";

async function tell(proc, title) {
  const worker = await proc.sendArg(title).run("./greeter.mjs", "greet");
  console.log((await text(worker.socket)).trim());
}

// 1. One-off, from the default template, which is empty: starts fast, shares little.
await tell(ForkProcess.create(), "one-off");

// 2. From a template of its own: what it has loaded is shared by all its workers. It may go when it is not needed.
const template = await Template.start({ name: "greeters", modules: ["./greeter.mjs"] });
await Promise.all(["first", "second", "third"].map((title) => tell(template.fork(), title)));
template.close();

// 3. A fresh runtime: no template, nothing shared, slowest.
await tell(ForkProcess.fresh(), "fresh");
