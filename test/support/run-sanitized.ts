/**
 * Runs test folders with the native code built for sanitizers: the addon with ASan and UBSan, the guard with UBSan (a
 * revived thread enters its stack a second time, which ASan takes for an error): node run-sanitized.js [folder…]
 *
 * Needs gcc with libasan and libubsan. Builds in a copy below .cache, and leaves the ordinary build alone.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const DEFAULT_FOLDERS = ["fidelity"];
/** Node itself frees little at its end. The guard is preloaded before ASan, which minds. */
const ASAN_OPTIONS = "detect_leaks=0:verify_asan_link_order=0:abort_on_error=1";
const UBSAN_OPTIONS = "print_stacktrace=1:halt_on_error=1";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const copy = path.join(root, ".cache", "sanitized");
const native = path.join(copy, "native");
const built = path.join(native, "build", "Release");

function run(command: string, args: readonly string[], env: Record<string, string> = {}): void {
  const { status, error } = spawnSync(command, args, { cwd: copy, stdio: "inherit", env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `exit code ${status}`}`);
}

function build(): void {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of ["dist", "native", "test/fixtures", "package.json"])
    cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  rmSync(path.join(native, "build"), { recursive: true, force: true });
  symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  const flags = "-fsanitize=address,undefined -fno-omit-frame-pointer -g";
  const env = { CXXFLAGS: flags, LDFLAGS: flags, npm_config_build_from_source: "true" };
  run(process.execPath, ["native/scripts/install.mjs"], env);
  const guard = path.join(built, "desktop_fork_guard.so");
  const options = ["-std=gnu17", "-D_GNU_SOURCE", "-O1", "-g", "-fPIC", "-shared", "-fvisibility=hidden"];
  const undefinedBehaviour = ["-fsanitize=undefined", "-fno-sanitize-recover=undefined"];
  run("sh", ["-c", `exec gcc ${[...options, ...undefinedBehaviour].join(" ")} native/guard/*.c -o ${guard}`]);
}

build();
const folders = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT_FOLDERS;
const asan = spawnSync("gcc", ["-print-file-name=libasan.so"], { encoding: "utf8" }).stdout.trim();
run(process.execPath, ["dist/test/support/run-tests.js", ...folders], {
  LD_PRELOAD: asan,
  ASAN_OPTIONS,
  UBSAN_OPTIONS,
});
