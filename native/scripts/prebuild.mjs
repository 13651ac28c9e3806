/** Puts what was built for this platform where the packed library has it: native/prebuilds/<platform>-<arch>. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { BUILT, build, FILES, isUpToDate, PREBUILT, sources } from "./build.mjs";

function copy(name) {
  const temporary = path.join(PREBUILT, `.${name}.${process.pid}`);
  copyFileSync(path.join(BUILT, name), temporary);
  const { status } = spawnSync("strip", ["--strip-unneeded", temporary], { stdio: "inherit" });
  if (status !== 0) throw new Error(`strip ${temporary} failed`);
  renameSync(temporary, path.join(PREBUILT, name));
}

if (process.platform === "linux") {
  const built = FILES.map((name) => path.join(BUILT, name));
  if (!isUpToDate(built, sources())) build();
  const prebuilt = FILES.map((name) => path.join(PREBUILT, name));
  mkdirSync(PREBUILT, { recursive: true });
  if (!isUpToDate(prebuilt, built)) for (const name of FILES) copy(name);
}
