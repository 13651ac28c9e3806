/** As ready for its first picture as a forked worker is. */
import "./worker.js";

process.send?.("ready");
