import { type Label, labelsOf } from "./plot-labels.ts";
import { BOTTOM, HEIGHT, LEFT, RIGHT, type Scale, scaleOf, TOP, WIDTH } from "./plot-scale.ts";
import type { Score } from "./score.ts";

/** What the page says beside the plot. */
export interface ParetoPage {
  readonly title: string;
  /** One sentence on the trace and the world. */
  readonly about: string;
  readonly unit: "requests" | "jobs";
  readonly scores: readonly Score[];
}

/** What is in violation: the axis, and the heads of the columns with the share and the number. */
const VIOLATIONS = {
  requests: { axis: "seconds in violation", share: "violated", count: "late or refused" },
  jobs: { axis: "late jobs", share: "late jobs", count: "jobs" },
} as const;

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Nobody else is both as cheap and as good, of those who do not know the future. */
export function paretoFront(scores: readonly Score[]): readonly Score[] {
  const beats = (a: Score, b: Score): boolean =>
    a.ratio <= b.ratio &&
    a.violationPercent <= b.violationPercent &&
    (a.ratio < b.ratio || a.violationPercent < b.violationPercent);
  const fair = scores.filter(({ foresight }) => !foresight);
  return fair.filter((score) => !fair.some((other) => beats(other, score))).toSorted((a, b) => a.ratio - b.ratio);
}

function grid({ x, y, ratios, decades }: Scale): string {
  const vertical = ratios.map((ratio) => {
    const at = x(ratio).toFixed(1);
    return `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text x="${at}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${ratio}</text>`;
  });
  const horizontal = decades.map((decade, index) => {
    const at = y(decade).toFixed(1);
    const label = index === 0 ? "none" : `${Number(decade.toPrecision(1))} %`;
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text x="${LEFT - 8}" y="${Number(at) + 4}" text-anchor="end">${label}</text>`;
  });
  return `<g class="grid">${vertical.join("")}${horizontal.join("")}</g>`;
}

/** What is beaten begins behind the front: up from its first point, and from one to the next by steps. */
function frontLine(front: readonly Score[], { x, y }: Scale): [number, number][] {
  const points = front.flatMap(({ ratio, violationPercent }, at): [number, number][] => {
    const before = front[at - 1];
    const above = before === undefined ? TOP : y(before.violationPercent);
    return [
      [x(ratio), above],
      [x(ratio), y(violationPercent)],
    ];
  });
  const last = front.at(-1);
  if (last !== undefined) points.push([WIDTH - RIGHT, y(last.violationPercent)]);
  return points;
}

function pointOf(score: Score, scale: Scale, label: Label | undefined, isFront: boolean): string {
  const [cx, cy] = [scale.x(score.ratio).toFixed(1), scale.y(score.violationPercent).toFixed(1)];
  const what = `${escapeHtml(score.policy)}: ${score.ratio.toFixed(3)} of the optimum, ${score.violationPercent.toFixed(4)} %`;
  const parts = [`<title>${what}</title>`];
  if (label !== undefined) {
    const [x, y] = [label.x.toFixed(1), label.y.toFixed(1)];
    const beside = { start: -3, end: 3, middle: 0 }[label.anchor];
    if (label.isAway)
      parts.push(
        `<line x1="${cx}" y1="${cy}" x2="${(label.x + beside).toFixed(1)}" y2="${(label.y - 4).toFixed(1)}"/>`,
      );
    parts.push(`<text x="${x}" y="${y}" text-anchor="${label.anchor}">${escapeHtml(label.text)}</text>`);
  }
  parts.push(`<circle cx="${cx}" cy="${cy}" r="5"/>`);
  return `<g class="point${isFront ? " front" : ""}">${parts.join("")}</g>`;
}

function plot(all: readonly Score[], axis: string): string {
  const scores = all.filter(({ ratio }) => Number.isFinite(ratio));
  const scale = scaleOf(scores);
  const front = paretoFront(scores);
  const line = frontLine(front, scale);
  const places = labelsOf(scores, scale, line);
  const points = [...scores.filter((score) => !front.includes(score)), ...front].map((score) =>
    pointOf(score, scale, places.get(score), front.includes(score)),
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Cost against violations">
${grid(scale)}
<polyline class="front" points="${line.map((point) => point.map((value) => value.toFixed(1)).join(",")).join(" ")}"/>
${points.join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">instance-hours ÷ optimum (cheaper to the left)</text>
<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${axis}</text>
</svg>`;
}

function table(scores: readonly Score[], { share, count }: { readonly share: string; readonly count: string }): string {
  const rows = scores.map(
    (score) =>
      `<tr><th scope="row">${escapeHtml(score.policy)}</th><td>${score.instanceHours.toFixed(1)}</td><td>${Number.isFinite(score.ratio) ? score.ratio.toFixed(3) : "–"}</td><td>${score.violationPercent.toFixed(4)} %</td><td>${Math.round(score.violatedRequests)}</td><td>${score.actionsPerDay.toFixed(1)}</td><td>${score.reversalsPerDay.toFixed(1)}</td></tr>`,
  );
  return `<table><thead><tr><th>policy</th><th>hours</th><th>÷ optimum</th><th>${share}</th><th>${count}</th><th>actions a day</th><th>reversals a day</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

const STYLE = `:root{color-scheme:light dark;--line:#d4d7dc;--text:#1d2430;--dim:#667080;--point:#8b95a5;--front:#0a7d5a}
@media (prefers-color-scheme:dark){:root{--line:#343b46;--text:#e7eaee;--dim:#98a2b0;--point:#7d8796;--front:#3ecf9b}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);max-width:900px;margin:2rem auto;padding:0 1rem}
svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:var(--text);paint-order:stroke;stroke:Canvas;stroke-width:4px}
.grid line{stroke:var(--line)}.point line{stroke:var(--dim);stroke-width:.7}.grid text{fill:var(--dim)}circle{fill:var(--point)}.front circle{fill:var(--front)}
.front text{font-weight:600}polyline.front{fill:none;stroke:var(--front);stroke-width:1.5;stroke-dasharray:4 4}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child{text-align:left}thead th{font-weight:500;color:var(--dim)}tbody th{font-weight:500}p{color:var(--dim)}`;

/** A page that stands alone: the plot as inline SVG, and the figures below it. */
export function paretoPage({ title, about, unit, scores }: ParetoPage): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(about)} Green and dashed: nothing else is both cheaper and better, but for what knows the future.</p>
${plot(scores, VIOLATIONS[unit].axis)}
${table(scores, VIOLATIONS[unit])}
</body></html>
`;
}
