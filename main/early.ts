/**
 * Import this first in the main program: the default template is executed now, before the app has opened anything or
 * started a thread.
 */
import { defaultTemplateCore } from "./template-core.js";

// A failure is told to whoever uses it first.
defaultTemplateCore()
  .ready()
  .catch(() => {});
