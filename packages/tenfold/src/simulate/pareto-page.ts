import type { Score } from "./score.ts";

/** What the page says beside the plot. */
export interface ParetoPage {
  readonly title: string;
  /** One sentence on the trace and the world. */
  readonly about: string;
  readonly violation: string;
  readonly scores: readonly Score[];
}

const WIDTH = 860;
const HEIGHT = 460;
const LEFT = 70;
const RIGHT = 190;
const TOP = 24;
const BOTTOM = 56;
/** Percent: less than this is drawn as none. */
const FLOOR = 0.0001;

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

interface Scale {
  readonly x: (ratio: number) => number;
  readonly y: (violation: number) => number;
  readonly ratios: readonly number[];
  readonly decades: readonly number[];
}

function scaleOf(scores: readonly Score[]): Scale {
  const ratios = scores.map(({ ratio }) => Math.max(0.5, ratio));
  const low = Math.min(1, ...ratios);
  const high = Math.max(low * 1.25, ...ratios) * 1.05;
  const most = Math.max(1, ...scores.map(({ violationPercent }) => violationPercent));
  const top = Math.ceil(Math.log10(most));
  const bottom = Math.log10(FLOOR);
  const x = (ratio: number): number => LEFT + (Math.log(ratio / low) / Math.log(high / low)) * (WIDTH - LEFT - RIGHT);
  const y = (violation: number): number =>
    TOP + ((top - Math.log10(Math.max(FLOOR, violation))) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const all = [0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 7, 10, 15, 20, 30, 50];
  const fitting = all.filter((ratio) => ratio >= low && ratio <= high);
  const every = Math.ceil(fitting.length / 9);
  const decades = Array.from({ length: top - bottom + 1 }, (_, at) => 10 ** (bottom + at));
  return { x, y, ratios: fitting.filter((_, at) => at % every === 0), decades };
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

interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end" | "middle";
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LETTER = 6.7;

function boxOf({ x, y, anchor }: Label, text: string): Box {
  const width = text.length * LETTER;
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - 10, bottom: y + 3 };
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Beside their points, where they cover neither each other nor a point. */
function labels(scores: readonly Score[], { x, y }: Scale): ReadonlyMap<Score, Label> {
  const taken: Box[] = scores.map(({ ratio, violationPercent }) => {
    const [cx, cy] = [x(ratio), y(violationPercent)];
    return { left: cx - 6, right: cx + 6, top: cy - 6, bottom: cy + 6 };
  });
  const places = new Map<Score, Label>();
  for (const score of scores) {
    const [cx, cy] = [x(score.ratio), y(score.violationPercent)];
    const candidates = [0, 12, 24, 36].flatMap((away): Label[] => [
      { x: cx + 9, y: cy + 4 - away, anchor: "start" },
      { x: cx + 9, y: cy + 4 + away, anchor: "start" },
      { x: cx - 9, y: cy + 4 - away, anchor: "end" },
      { x: cx - 9, y: cy + 4 + away, anchor: "end" },
      { x: cx, y: cy - 10 - away, anchor: "middle" },
      { x: cx, y: cy + 18 + away, anchor: "middle" },
    ]);
    const isFree = (label: Label): boolean => {
      const box = boxOf(label, score.policy);
      return box.left > LEFT && box.bottom < HEIGHT - BOTTOM + 4 && !taken.some((other) => meet(box, other));
    };
    const label = candidates.find(isFree) ?? candidates[0] ?? { x: cx, y: cy, anchor: "start" };
    taken.push(boxOf(label, score.policy));
    places.set(score, label);
  }
  return places;
}

function plot(scores: readonly Score[], violation: string): string {
  const scale = scaleOf(scores);
  const front = paretoFront(scores);
  const at = (score: Score): string =>
    `${scale.x(score.ratio).toFixed(1)},${scale.y(score.violationPercent).toFixed(1)}`;
  const places = labels(scores, scale);
  const points = scores.map((score) => {
    const [cx, cy] = at(score).split(",");
    const label = places.get(score) ?? { x: 0, y: 0, anchor: "start" };
    const name = escapeHtml(score.policy);
    const kind = front.includes(score) ? ' class="front"' : "";
    return `<g${kind}><title>${name}: ${score.ratio.toFixed(3)} of the optimum, ${score.violationPercent.toFixed(4)} %</title><circle cx="${cx}" cy="${cy}" r="5"/><text x="${label.x.toFixed(1)}" y="${label.y.toFixed(1)}" text-anchor="${label.anchor}">${name}</text></g>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Cost against violations">
${grid(scale)}
<polyline class="front" points="${front.map(at).join(" ")}"/>
${points.join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">instance-hours ÷ optimum (cheaper to the left)</text>
<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(violation)}</text>
</svg>`;
}

function table(scores: readonly Score[]): string {
  const rows = scores.map(
    (score) =>
      `<tr><th scope="row">${escapeHtml(score.policy)}</th><td>${score.instanceHours.toFixed(1)}</td><td>${score.ratio.toFixed(3)}</td><td>${score.violationPercent.toFixed(4)} %</td><td>${Math.round(score.violatedRequests)}</td><td>${score.actionsPerDay.toFixed(1)}</td><td>${score.reversalsPerDay.toFixed(1)}</td></tr>`,
  );
  return `<table><thead><tr><th>policy</th><th>hours</th><th>÷ optimum</th><th>violated</th><th>late or refused</th><th>actions a day</th><th>reversals a day</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

const STYLE = `:root{color-scheme:light dark;--line:#d4d7dc;--text:#1d2430;--dim:#667080;--point:#8b95a5;--front:#0a7d5a}
@media (prefers-color-scheme:dark){:root{--line:#343b46;--text:#e7eaee;--dim:#98a2b0;--point:#7d8796;--front:#3ecf9b}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);max-width:900px;margin:2rem auto;padding:0 1rem}
svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:var(--text)}
.grid line{stroke:var(--line)}.grid text{fill:var(--dim)}circle{fill:var(--point)}.front circle{fill:var(--front)}
.front text{font-weight:600}polyline.front{fill:none;stroke:var(--front);stroke-width:1.5;stroke-dasharray:4 4}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child{text-align:left}thead th{font-weight:500;color:var(--dim)}tbody th{font-weight:500}p{color:var(--dim)}`;

/** A page that stands alone: the plot as inline SVG, and the figures below it. */
export function paretoPage({ title, about, violation, scores }: ParetoPage): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(about)} Green and dashed: nothing else is both cheaper and better, but for what knows the future.</p>
${plot(scores, violation)}
${table(scores)}
</body></html>
`;
}
