/** desktop-fork/rpc: typed calls of functions in another process. */
import { preloadService } from "./service.js";

export { OpenFile } from "../../helper/protocol/open-file.cjs";
export type { CallOptions } from "./call-options.js";
export { createRpc, type Rpc } from "./rpc.js";
export type { CustomSerializer, ServiceOptions } from "./service.js";
export type { Calls, Handle, Serializable } from "./types.js";

preloadService();
