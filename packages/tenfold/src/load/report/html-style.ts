/** The style sheet of a report; colours follow what the reader prefers. */
export const STYLE: string = `
:root { color-scheme: light dark; --back: #fff; --text: #1c2330; --dim: #667085; --line: #e4e7ec; --card: #f7f8fa;
  --blue: #2563eb; --teal: #0d9488; --amber: #d97706; --red: #dc2626; --green: #15803d; }
@media (prefers-color-scheme: dark) { :root { --back: #11151c; --text: #e6e9ef; --dim: #98a2b3; --line: #2a303b; --card: #191f29;
  --blue: #60a5fa; --teal: #2dd4bf; --amber: #fbbf24; --red: #f87171; --green: #4ade80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 960px; padding: 32px 24px 64px; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 22px; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 36px 0 8px; }
.dim { color: var(--dim); }
.bad { color: var(--red); }
.good { color: var(--green); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 10px; margin: 24px 0 8px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.tile b { display: block; font-size: 22px; font-weight: 600; white-space: nowrap; }
.tile span { color: var(--dim); font-size: 13px; }
.note { border-left: 3px solid var(--amber); padding: 6px 14px; margin: 16px 0; background: var(--card); }
figure { margin: 28px 0 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; font-size: 13px; color: var(--dim); }
figcaption b { font-size: 16px; color: var(--text); margin-right: auto; }
figcaption i { display: inline-block; width: 14px; height: 3px; margin-right: 5px; vertical-align: middle; background: currentColor; }
svg { width: 100%; height: auto; display: block; }
svg path { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
svg path.grid { stroke: var(--line); stroke-width: 1; }
svg path.mark { stroke: var(--red); stroke-width: 1; stroke-dasharray: 4 4; }
svg path.filled { fill: currentColor; fill-opacity: .16; }
svg text { fill: var(--dim); font-size: 12px; dominant-baseline: middle; }
svg text.y, svg text.end { text-anchor: end; }
svg text.x { text-anchor: middle; dominant-baseline: auto; }
.blue { color: var(--blue); } .teal { color: var(--teal); } .amber { color: var(--amber); } .red { color: var(--red); } .grey { color: var(--dim); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
.wide { overflow-x: auto; }
th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--dim); font-weight: 500; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; overflow-wrap: anywhere; }
footer { margin-top: 40px; font-size: 13px; color: var(--dim); }
`;
