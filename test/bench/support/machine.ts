/** What the numbers were measured on. */
import fs from "node:fs";
import os from "node:os";

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  platform: string;
  node: string;
  /** Of anonymous memory; decides much of what a fork costs. */
  transparentHugePages: string | undefined;
  /** As the CPU tells a guest. */
  virtual: boolean;
}

export function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release()}`,
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    transparentHugePages: /\[(\w+)\]/.exec(read("/sys/kernel/mm/transparent_hugepage/enabled"))?.[1],
    virtual: /^flags\s*:.*\bhypervisor\b/m.test(read("/proc/cpuinfo")),
  };
}

export function machineLine(machine: Machine): string {
  const { cpu, cores, memoryGb, kernel, platform, node, virtual } = machine;
  return `${cpu}, ${cores} cores${virtual ? " (virtual)" : ""}, ${memoryGb} GB, ${kernel}, ${platform}, Node ${node}`;
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
