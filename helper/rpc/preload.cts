/** What a template loads whose workers will serve rpc. */
import { processContext } from "../protocol/process-context.cjs";

import "./serve.cjs";
import "./worker.cjs";

processContext()?.serviceLoaded?.();
