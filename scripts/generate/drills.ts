import { DRILLS } from "../../packages/tenfold/src/drill/catalogue/catalogue.ts";
import { describeAct } from "../../packages/tenfold/src/drill/catalogue/drill.ts";
import { MEASURES, type Pledge } from "../../packages/tenfold/src/drill/catalogue/pledge.ts";
import { formatTime } from "../../packages/tenfold/src/drill/report/words.ts";
import { GENERATED, tableOf } from "./page.ts";

function promise({ measure, atMost, target }: Pledge): string {
  const limit = MEASURES[measure].unit === "ms" ? formatTime(atMost) : `${atMost}`;
  if (atMost === 0) return `no ${measure}`;
  return `${measure} ≤ ${limit}${target === undefined ? "" : ` (target ${formatTime(target)})`}`;
}

/** What all drills promise alike is told once. */
function common(): readonly string[] {
  const [first, ...others] = DRILLS.map(({ pledges }) => pledges.map(promise));
  return (first ?? []).filter((text) => others.every((pledges) => pledges.includes(text)));
}

/** docs/reference/drills.md. */
export function drillsPage(): string {
  const always = common();
  return [
    "# Drills",
    "",
    GENERATED,
    "",
    "What `tenfold drill` can do to a fleet, and what must hold meanwhile. How to use it is in the [guide](../guides/drills.md).",
    "",
    "## Measures",
    "",
    "Times are in milliseconds. Requests go through the balancer, queries through the pooler to the primary, commands",
    "through the balancer's front to the Redis master.",
    "",
    ...tableOf(
      ["measure", "what it is"],
      Object.entries(MEASURES).map(([measure, { text, unit }]) => [
        `\`${measure}\``,
        `${text}${unit === "ms" ? ", in ms" : ""}`,
      ]),
    ),
    "",
    "## Promises",
    "",
    `Every drill promises: ${always.join(", ")}.`,
    "A promise about a service that the fleet does not have is left out. One with a target is kept up to its limit; a figure",
    "between the two is shown as such.",
    "",
    ...tableOf(
      ["drill", "what is done", "steps", "promises beside the common ones"],
      DRILLS.map(({ name, summary, acts, pledges }) => [
        `\`${name}\``,
        summary,
        acts.map(describeAct).join("; "),
        pledges
          .map(promise)
          .filter((text) => !always.includes(text))
          .join(", "),
      ]),
    ),
    "",
    "## `drill --json`",
    "",
    "One line. `version` is 1; fields may be added, none is taken away or changes its meaning. Times are milliseconds.",
    "",
    ...tableOf(
      ["field", "what it is"],
      [
        ["`fleet`, `seed`", "the fleet's name, and the number that gives the same drills and victims again"],
        ["`machine`", "`cores`, `memoryBytes`, `processor`, and `load`, the load average before the first drill"],
        ["`kept`", "whether every promise was kept and every drill was run; then the exit code is 0, else 1"],
        ["`drills`", "a result each, below"],
        ["`skipped`", "`name` and `why`, of drills that the fleet has not the members for"],
        ["`notes`", "what was left out of the load, and why drills were not run"],
      ],
    ),
    "",
    "A result:",
    "",
    ...tableOf(
      ["field", "what it is"],
      [
        ["`name`, `summary`, `kept`, `startedAt`", "which drill, and whether it kept its promises"],
        ["`struck`", "`member`, `how` (`kill` or `freeze`), `at` after the first act, `noticedAfter` (or null)"],
        ["`timeToDetect`, `timeToWhole`", "null when it never came, or nobody was struck"],
        [
          "`requests`",
          "`sent`, `failed`, `retried`, `limited` (429), `outage`, `latency`, `errors`; latency counts from when a request was meant to be sent",
        ],
        [
          "`postgres`",
          "null without PostgreSQL; `writes` (`acknowledged`, `failed`, `unknown`, `surfaced`, `lost`, `doubled`, `unexpected`), `writeOutage`, `latency`, `failedQueries`, `unknownQueries`, `transactions`, `anomalies` (`kind`, `transactions`, `text`), `bank`, `sessions`, `errors`",
        ],
        [
          "`redis`",
          "null without Redis; `commands`, `commandOutage`, `latency`, `sessions` (`count`, `lost`, `lostSteps`, `doubled`), `jobs` (`enqueued`, `lost`, `doneTwice`, `unexpected`), `errors`",
        ],
        ["`pledges`", "`measure`, `atMost`, `target`, `found` (null: it never came), `kept`"],
        ["`failures`", "sentences: an order that failed, a fleet that did not become whole"],
        ["`timeline`", "`width` of a slice, `slices`, `marks`; zero is the first act"],
      ],
    ),
    "",
    "`latency` has `before`, `during` and `after`, each with `count`, `p50`, `p95`, `p99`, `max`.",
    "",
  ].join("\n");
}
