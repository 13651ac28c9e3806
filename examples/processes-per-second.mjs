// How many processes come to life, run a function and end, per second: by fork, by exec, and by child_process.
import { fork } from "node:child_process";
import { once } from "node:events";
import { ForkProcess } from "desktop-fork";

const SECONDS = Number(process.argv[2] ?? 1);
const LEAVE = "function leave() { process.exit() }";
const prepared = await ForkProcess.create().eval(LEAVE).ready();

async function run(proc) {
  const worker = await proc.run("leave");
  worker.socket.destroy();
  await worker.exited;
}

const ways = {
  "ForkProcess.fork()": () => run(prepared.fork()),
  "ForkProcess.fresh()": () => run(ForkProcess.fresh().eval(LEAVE)),
  "child_process.fork()": () => once(fork(new URL("./empty.cjs", import.meta.url)), "exit"),
};

for (const [name, start] of Object.entries(ways)) {
  let count = 0;
  const begin = performance.now();
  for (; performance.now() - begin < SECONDS * 1000; count++) await start();
  console.log(name.padEnd(20), Math.round((count * 1000) / (performance.now() - begin)), "per second");
}
