/** As ready for its first picture as a forked worker is, until it is killed. */
import "../worker/index.js";

process.on("disconnect", () => process.exit());
process.on("message", () => {}); // a listener keeps it alive
process.send?.("ready");
