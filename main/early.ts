/**
 * Import this first in the main program: the default template is executed now, before the app has opened anything or
 * started a thread.
 */
import { defaultTemplateCore } from "./template-core.js";

defaultTemplateCore();
