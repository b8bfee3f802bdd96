import type { HeldOut, Knee, Measurement } from "../../capacity/measurement.ts";
import type { Answer, Prediction } from "../../capacity/usl/answer.ts";
import type { Interval } from "../../capacity/usl/bootstrap.ts";
import { formatLatency } from "../../load/report/format.ts";
import { figure } from "../../units/figure.ts";
import { harmless, type Paint } from "./style.ts";
import { formatTable } from "./table.ts";

function cores(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

function range({ low, high }: Interval): string {
  return `${figure(low)} to ${figure(high)}`;
}

const KNEE_COLUMNS = ["INSTANCES", "RATE", "USERS", "P95", "WEB", "BALANCER", "DATA", "GENERATOR", "MACHINE", "LIMIT"];

function kneeTable({ knees, users }: Measurement): string {
  const rows = knees.map(({ instances, rate, p95, busy, limit, why }: Knee, at) => [
    String(instances),
    `${figure(rate)}/s`,
    String(users[at]?.users ?? ""),
    formatLatency(p95),
    ...[busy.web, busy.balancer, busy.data, busy.generator, busy.machine].map(cores),
    limit === "application" ? harmless(why) : limit,
  ]);
  return formatTable(
    KNEE_COLUMNS.map((heading) => ({ heading, align: heading === "LIMIT" ? ("left" as const) : ("right" as const) })),
    rows,
  );
}

function predictionTable({ predictions }: Measurement): string {
  const rows = predictions.flatMap((answer: Answer<Prediction>) => {
    if (!answer.known) return [];
    const { instances, rate, interval, standing, isLeast } = answer.value;
    if (isLeast === true) return [[String(instances), `${figure(rate)}/s`, "at least", standing]];
    return [[String(instances), `${figure(rate)}/s`, range(interval), standing]];
  });
  const refused = predictions.flatMap((answer) => (answer.known ? [] : [`not said: ${answer.why}\n`]));
  const table = formatTable(
    [
      { heading: "INSTANCES", align: "right" },
      { heading: "RATE", align: "right" },
      { heading: "95 OF 100 TIMES", align: "right" },
      { heading: "SIZE WAS", align: "left" },
    ],
    rows,
  );
  return `${rows.length === 0 ? "" : table}${refused.join("")}`;
}

function modelText({ fits, intervals, peak, isLeast }: Measurement): string {
  if (isLeast) return "Scaling: not known, since the application's own limit was found at no size\n";
  const [best, ...others] = fits;
  if (best === undefined) return "";
  const { model, name, aic } = best;
  if (others.length === 0) return `Scaling: taken for linear, since one size was measured\n`;
  const beside = others.map((other) => `${other.name} ${figure(other.aic)}`).join(", ");
  const parameter = (sign: string, key: "alpha" | "beta" | "delta", digits: number): string =>
    `  ${sign} ${model[key].toFixed(digits)} (${intervals[key].low.toFixed(digits)} to ${intervals[key].high.toFixed(digits)})`;
  const rest =
    name === "pooled" ? parameter("δ", "delta", 3) : `${parameter("α", "alpha", 3)}${parameter("β", "beta", 4)}`;
  const lines = [
    `Scaling: ${name} (AIC ${figure(aic)}${beside === "" ? "" : `; ${beside}`})`,
    `  γ ${figure(model.gamma)}/s (${range(intervals.gamma)})${rest}`,
  ];
  if (peak !== null) lines.push(`  more than ${Math.floor(peak)} instances would be slower`);
  return `${lines.join("\n")}\n`;
}

function heldOutText({ predicted, measured, error }: HeldOut, paint: Paint): string {
  const percent = `${error < 0 ? "−" : "+"}${Math.abs(error * 100).toFixed(1)} %`;
  const what = `${predicted.instances} instances were to do ${figure(predicted.rate)}/s, and did`;
  if (error > 0 && measured.limit !== "application")
    return `${paint("!", "yellow")} held out: ${what} at least ${figure(measured.rate)}/s, where something else ended the search\n`;
  const sign = Math.abs(error) <= 0.1 ? paint("✓", "green") : paint("!", "yellow");
  return `${sign} held out: ${what} ${figure(measured.rate)}/s: ${percent}\n`;
}

function askedText({ asked, p95 }: Measurement, paint: Paint): string {
  if (asked === null) return "";
  const { users, rate, answer } = asked;
  const who = users === null ? `${figure(rate)} requests a second` : `${users} users (${figure(rate)}/s)`;
  if (!answer.known) return `${paint("✗", "red")} ${who}: ${answer.why}\n`;
  const { instances, standing, interval } = answer.value;
  const sure =
    interval.low >= rate ? "" : `; the interval ${range(interval)} begins below that, so that one more may be needed`;
  return `${paint("✓", "green")} ${who} within ${formatLatency(p95)} need ${instances} instance${instances === 1 ? "" : "s"}, and one to spare: ${instances + 1} (${standing}${sure})\n`;
}

/** What a measurement found, for a terminal. */
export function formatMeasurement(measured: Measurement, paint: Paint): string {
  const { heldOut, notes, webTime, alone } = measured;
  const self = alone === null ? "" : `, ${formatLatency(alone)}`;
  const time = webTime === null ? "" : `A request costs the instances ${formatLatency(webTime * 1_000)} of a core.\n`;
  return [
    kneeTable(measured),
    paint(
      `(cores that were busy at that rate; users by --think, --requests, and --service or what a request takes by itself${self})\n`,
      "dim",
    ),
    `\n${modelText(measured)}${time}`,
    `\n${predictionTable(measured)}`,
    "\n",
    heldOut === null ? "" : heldOutText(heldOut, paint),
    askedText(measured, paint),
    ...notes.map((note) => `${paint("!", "yellow")} ${note}\n`),
  ].join("");
}
