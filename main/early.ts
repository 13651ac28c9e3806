/**
 * Import this first in the main program: the default template is executed now, before the app has opened anything or
 * started a thread. In a program that is bundled together with the library this module makes the program able to be its
 * own runtime: executed as one, it goes no further.
 */
import { becomeRuntime } from "../helper/boot/become-runtime.cjs";
import { processContext } from "../helper/protocol/process-context.cjs";
import { setHosted } from "./runtime/runtime.js";
import { defaultTemplate } from "./template/default-template.js";

setHosted();
becomeRuntime();
// A failure is told to whoever uses it first.
if (processContext() === undefined)
  defaultTemplate()
    .ready()
    .catch(() => {});
