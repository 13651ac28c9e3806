/** The look of the page and of its plots: light or dark as the reader's system is. */
const COLOURS = `
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --line: #e3e6ea; --ink: #16191d; --soft: #5b6470;
  --ours: #0a7d5c; --ours-soft: #0a7d5c33; --rival: #6a7686; --rival-soft: #6a768633; --floor: #b3741c; --floor-soft: #b3741c30;
  --good: #0a7d5c; --fair: #a86700; --bad: #c0362c; }
@media (prefers-color-scheme: dark) { :root {
  --page: #101317; --card: #181c22; --line: #2a3039; --ink: #e8ebef; --soft: #98a2af;
  --ours: #3fd6a4; --ours-soft: #3fd6a433; --rival: #93a0b2; --rival-soft: #93a0b233; --floor: #e5a94e; --floor-soft: #e5a94e30;
  --good: #3fd6a4; --fair: #e5a94e; --bad: #ff7b6e; } }
`;

const PLOTS = `
.grid { stroke: var(--line); stroke-width: 1; } .tick, .unit { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.label { fill: var(--ink); } .value { fill: var(--ink); font-variant-numeric: tabular-nums; }
.ratio { fill: var(--ink); font-weight: 700; font-variant-numeric: tabular-nums; } .refused { fill: var(--fair); font-size: 12px; }
.target { fill: transparent; } .row:hover .target { fill: var(--line); fill-opacity: 0.35; }
.bar { fill: var(--rival-soft); } .dot { fill: var(--rival); fill-opacity: 0.75; } .median { stroke: var(--rival); stroke-width: 2.5; stroke-linecap: round; }
.ours .label { font-weight: 650; fill: var(--ours); }
.ours .bar { fill: var(--ours-soft); } .ours .dot { fill: var(--ours); } .ours .median { stroke: var(--ours); }
.floor .bar { fill: var(--floor-soft); } .floor .dot { fill: var(--floor); } .floor .median { stroke: var(--floor); }
.curve { fill: none; stroke: var(--ours); stroke-width: 2; stroke-linejoin: round; }
`;

const FONT = `font: 13px system-ui, -apple-system, "Segoe UI", sans-serif;`;

/** Of a plot that is a file of its own. */
export const PLOT_STYLE = `${COLOURS}svg { ${FONT} background: var(--card); }${PLOTS}`;

export const STYLE = `${COLOURS}* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 40px 20px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.02em; }
h2 { font-size: 18px; margin: 0; letter-spacing: -0.01em; }
h3 { font-size: 14px; margin: 18px 0 4px; font-weight: 600; }
p { margin: 6px 0; } .soft { color: var(--soft); } .small { font-size: 13px; }
code { font: 13px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
header dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 18px 0 0; font-size: 13.5px; }
dt { color: var(--soft); } dd { margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(206px, 1fr)); gap: 12px; margin: 28px 0; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.tile { padding: 14px 16px; display: flex; flex-direction: column; gap: 2px; }
.tile b { font-size: 28px; line-height: 1.15; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; }
.tile span { font-size: 13px; color: var(--soft); }
.tile .state { margin-top: auto; padding-top: 6px; font-weight: 600; font-size: 12.5px; }
.want, .quiet { color: var(--good); } .floor-reached, .noisy { color: var(--fair); } .missed, .very-noisy { color: var(--bad); }
section { padding: 20px 22px 16px; margin: 16px 0; }
section > .soft { font-size: 13.5px; max-width: 76ch; }
.scroll { overflow-x: auto; } .scroll > svg { min-width: 640px; }
svg { display: block; width: 100%; height: auto; margin-top: 6px; ${FONT} }${PLOTS}.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 12px; }
figure { margin: 10px 0 0; } figcaption { font-size: 13.5px; font-weight: 600; }
table { border-collapse: collapse; width: 100%; margin-top: 12px; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th { text-align: right; font-weight: 600; color: var(--soft); padding: 4px 0 4px 14px; border-bottom: 1px solid var(--line); }
td { text-align: right; padding: 4px 0 4px 14px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; }
tr:last-child td { border-bottom: 0; } td.ours { color: var(--ours); font-weight: 650; } td b { margin-left: 6px; }
.absent { font-size: 13.5px; color: var(--fair); }
`;
