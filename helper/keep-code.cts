/** Loaded into a template when the library is installed: the next ones need not compile what this one has compiled. */

interface Bundle {
  modules: { "cached-code.cjs": () => typeof import("./cached-code.cjs") };
}

const { modules } = (require.main as NodeJS.Module).exports as Bundle;
modules["cached-code.cjs"]().keepCode();
