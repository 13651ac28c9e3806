/** Loading a file of the library's own with the code that V8 made of it when the library was installed. */
import fs = require("node:fs");
import path = require("node:path");
import vm = require("node:vm");

/** Of CommonJS modules. A script can't import(): what it runs has to be given a function for that. */
const PARAMETERS = ["exports", "require", "module", "__filename", "__dirname"];

interface Loaded {
  file: string;
  source: string;
  script: vm.Script;
}

const loaded: Loaded[] = [];

/**
 * Loads a CommonJS module that has ASCII only. With code that is not V8's own for this very source, it is compiled as ever.
 * @param require what it calls by that name
 */
export function loadWithCode(file: string, require: NodeJS.Require): unknown {
  const source = fs.readFileSync(file, "utf8");
  const cachedData = readCode(file, source);
  const script = new vm.Script(`(function (${PARAMETERS.join(", ")}) { ${source}\n})`, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  loaded.push({ file, source, script });
  const module = { exports: {} };
  script.runInThisContext().call(module.exports, module.exports, require, module, file, path.dirname(file));
  return module.exports;
}

/** Whether all was there for these, and V8 took it. */
export function isCodeUsed(): boolean {
  return loaded.every(({ script }) => script.cachedDataRejected === false);
}

/**
 * Keeps the code of all that was loaded, with the functions that have run so far.
 * @throws SystemError when it can't be written
 */
export function keepCode(): void {
  for (const { file, source, script } of loaded) {
    const code = script.createCachedData();
    const temporary = `${codeFile(file)}.${process.pid}`;
    // V8 looks at the head of it only. So that damage is seen it is there twice: a checksum takes JavaScript a hundred times as long.
    fs.writeFileSync(temporary, Buffer.concat([Buffer.from(source, "latin1"), code, code]));
    fs.renameSync(temporary, codeFile(file));
  }
}

/** V8 checks version and flags itself; with the version in the name, several kinds of Node have theirs. */
function codeFile(file: string): string {
  return `${file}.${process.versions.v8}-${process.arch}.code`;
}

/** @returns undefined when there is none, or it is not of this source, or damaged */
function readCode(file: string, source: string): Buffer | undefined {
  let kept: Buffer;
  try {
    kept = fs.readFileSync(codeFile(file));
  } catch {
    return undefined;
  }
  const middle = (source.length + kept.length) / 2;
  const code = kept.subarray(source.length, middle);
  const isWhole = kept.toString("latin1", 0, source.length) === source && code.equals(kept.subarray(middle));
  return isWhole ? code : undefined;
}
