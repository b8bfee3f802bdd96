import { escapeText, renderChart } from "./chart.ts";
import type { DrillReport } from "./report.ts";
import type { DrillResult } from "./result.ts";
import { tablesOf } from "./tables.ts";
import { describePledge, formatTime, missesTarget, tellPledges } from "./words.ts";

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2129; --soft: #667085; --line: #e2e5ea; --paper: #fff; --shade: #f6f7f9;
  --good: #1a7f4b; --bad: #c8321f; --latency: #8a93a3; --writes: #2f6fde; --commands: #8a4fd3; --strike: #c8321f; --repair: #b36b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --soft: #98a1b0; --line: #333943; --paper: #15181d; --shade: #1c2027;
  --good: #4cc38a; --bad: #ff6b57; --latency: #7b8494; --writes: #5b93f5; --commands: #ab7df0; --strike: #ff6b57; --repair: #f0a53a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1080px; padding: 24px; font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 0; }
p { margin: 4px 0; } .soft { color: var(--soft); }
section { border-top: 1px solid var(--line); margin-top: 28px; padding-top: 20px; }
.kept { color: var(--good); } .broken { color: var(--bad); font-weight: 600; } .missed { color: var(--repair); }
.tables { display: flex; flex-wrap: wrap; gap: 16px 36px; margin: 12px 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 12px 3px 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } th { color: var(--soft); font-weight: 500; }
ul { margin: 8px 0; padding: 0; list-style: none; } details { margin: 8px 0; } summary { cursor: pointer; color: var(--soft); }
svg { width: 100%; height: auto; margin-top: 12px; font: 11px system-ui, sans-serif; }
svg text { fill: var(--soft); } svg .title { fill: var(--ink); font-weight: 600; } svg .scale { text-anchor: end; dominant-baseline: middle; }
svg .tick { text-anchor: middle; } svg .grid { stroke: var(--line); } svg .axis { stroke: var(--soft); } svg .during { fill: var(--shade); }
svg .latency { fill: var(--latency); } svg .failed { fill: var(--bad); } svg .writes { fill: var(--writes); } svg .commands { fill: var(--commands); }
svg .mark { stroke: var(--soft); } svg .mark.strike, svg .mark.order { stroke: var(--strike); } svg .mark.repair { stroke: var(--repair); stroke-dasharray: 3 2; }
svg .mark.whole { stroke: var(--good); } svg .label { stroke: none; } svg .label.strike, svg .label.order { fill: var(--strike); } svg .label.repair { fill: var(--repair); } svg .label.whole { fill: var(--good); }
`;

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: "th" | "td"): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="wide"><table>${row(headings, "th")}${rows.map((cells) => row(cells, "td")).join("")}</table></div>`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "" : `<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
}

function verdict(kept: boolean): string {
  return kept ? '<span class="kept">✓ kept</span>' : '<span class="broken">✗ broken</span>';
}

function pledges(result: DrillResult): string {
  const { one, none } = tellPledges(result.pledges);
  const told = one.map((pledge) => {
    const text = escapeText(describePledge(pledge));
    if (!pledge.kept) return `<span class="broken">✗ ${text}</span>`;
    return missesTarget(pledge) ? `<span class="missed">✓ ${text}</span>` : `<span class="kept">✓</span> ${text}`;
  });
  const failures = result.failures.map((text) => `<span class="broken">✗ ${escapeText(text)}</span>`);
  return list([...failures, ...told, ...(none === null ? [] : [`<span class="kept">✓</span> ${escapeText(none)}`])]);
}

function events({ timeline }: DrillResult): string {
  const rows = timeline.marks.map(({ at, member, text }) => [`${(at / 1_000).toFixed(3)} s`, member ?? "", text]);
  return `<details><summary>${rows.length} events</summary>${table(["after the fault", "member", "what"], rows)}</details>`;
}

function drillSection(result: DrillResult): string {
  const { name, summary, kept, postgres } = result;
  const tables = tablesOf(result).map(({ headings, rows }) => table(headings, rows));
  const anomalies = (postgres?.anomalies ?? []).map(({ kind, text }) => `<b>${kind}</b>: ${escapeText(text)}`);
  return `<section id="${escapeText(name)}"><h2>${escapeText(name)} ${verdict(kept)}</h2>
<p class="soft">${escapeText(summary)}; noticed by the engine after ${formatTime(result.timeToDetect)}, whole after ${formatTime(result.timeToWhole)}</p>
${renderChart(result)}
<div class="tables">${tables.join("")}</div>
${list(anomalies)}
${pledges(result)}
${events(result)}
</section>`;
}

function overview({ drills }: DrillReport): string {
  const headings = [
    "drill",
    "promises",
    "failed requests",
    "write outage",
    "Redis outage",
    "noticed",
    "whole",
    "writes lost",
  ];
  const rows = drills.map(({ name, kept, requests, postgres, redis, timeToDetect, timeToWhole }) => [
    name,
    kept ? "✓ kept" : "✗ broken",
    `${requests.failed} of ${requests.sent}`,
    formatTime(postgres?.writeOutage ?? null),
    formatTime(redis?.commandOutage ?? null),
    formatTime(timeToDetect),
    formatTime(timeToWhole),
    postgres === null ? "–" : `${postgres.writes.lost} of ${postgres.writes.acknowledged}`,
  ]);
  return table(headings, rows);
}

/** The report as one page that needs nothing else: no script, no font, no picture from elsewhere. */
export function renderPage(report: DrillReport): string {
  const { fleet, machine, seed, drills, skipped, notes, kept } = report;
  const where = `${machine.cores} cores, ${Math.round(machine.memoryBytes / 2 ** 30)} GB, ${machine.processor}, load ${machine.load.toFixed(1)} before`;
  const left = [...skipped.map(({ name, why }) => `${name} was left out: ${why}`), ...notes];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Drills of ${escapeText(fleet)}</title><style>${STYLE}</style></head><body>
<h1>Drills of ${escapeText(fleet)} ${verdict(kept)}</h1>
<p class="soft">${escapeText(drills[0]?.startedAt ?? "")} · seed ${seed} · ${escapeText(where)}</p>
${list(left.map((text) => `<span class="soft">${escapeText(text)}</span>`))}
${drills.length > 1 ? overview(report) : ""}
${drills.map(drillSection).join("\n")}
</body></html>
`;
}
