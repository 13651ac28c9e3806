/** Colours for a terminal only, and not for one that wants none. */
import tty from "node:tty";
import pc from "picocolors";

const wanted = tty.isatty(1) && tty.isatty(2) && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";

export const colours = pc.createColors(wanted);
