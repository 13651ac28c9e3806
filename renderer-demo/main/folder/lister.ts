/** The pictures below a folder, found by a worker of its own that is forked for it. */
import { createRpc } from "desktop-fork/rpc";
import { sharedThumbnails } from "desktop-fork-thumbnails/cache";
import type { Octets } from "../../contract/checks.js";
import type { Batch } from "../../worker/list.js";
import type { Forks } from "../forks.js";

const LIST = new URL("../../worker/list.js", import.meta.url);

/**
 * @param signal aborting ends the worker
 * @throws what keeps the folder from being read
 */
export async function* listFolder(forks: Forks, root: Octets, signal: AbortSignal): AsyncGenerator<Batch> {
  const rpc = createRpc<typeof import("../../worker/list.js")>(forks.fork(), { module: LIST, title: "list" });
  const leave = forks.enter(rpc, "finding pictures");
  const end = () => void rpc.terminate();
  signal.addEventListener("abort", end, { once: true });
  try {
    yield* await rpc.run("listPictures", [root, [sharedThumbnails()]], { signal });
  } finally {
    signal.removeEventListener("abort", end);
    leave();
    await rpc.terminate();
  }
}
