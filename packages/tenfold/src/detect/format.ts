import { Document, isMap, isScalar, type Pair, type YAMLMap } from "yaml";
import { SCHEMA_ID } from "../spec/json-schema.ts";
import type { Detection, Proposal, ProposedProcess } from "./detection.ts";

type Found = Extract<Detection, { found: true }>;

function processValue({ command, directory }: ProposedProcess): Record<string, unknown> {
  return { command, ...(directory === undefined ? {} : { directory }) };
}

/** What the file would hold: only what differs from the defaults. */
export function proposalValue(proposal: Proposal): Record<string, unknown> {
  const { web, workers, scheduler, release } = proposal;
  const list = Object.entries(workers).map(([name, worker]) => [
    name,
    {
      ...processValue(worker),
      ...(worker.queue === undefined || worker.queue === name ? {} : { queue: worker.queue }),
    },
  ]);
  return {
    name: proposal.name,
    web: {
      ...processValue(web),
      ...(web.health === undefined ? {} : { health: web.health.path }),
      ...(web.sticky === undefined ? {} : { sticky: "cookie" }),
    },
    ...(list.length === 0 ? {} : { workers: Object.fromEntries(list) }),
    ...(scheduler === null ? {} : { scheduler: processValue(scheduler) }),
    ...(release === null ? {} : { release: release.command }),
    ...(proposal.postgres === null ? {} : { postgres: true }),
    ...(proposal.redis === null ? {} : { redis: true }),
  };
}

const WIDTH = 100;

/** Breaks text into comment lines. A word that is too long stays whole. */
function comment(text: string, indent = 1): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = " ".repeat(indent - 1);
    }
    line = line.trim() === "" ? `${line}${word}` : `${line} ${word}`;
  }
  return [...lines, line].map((one) => ` ${one}`).join("\n");
}

/** Sentences for keys of the file, by their path. */
function reasons({ web, workers, scheduler, release, postgres, redis }: Proposal): Map<string, string> {
  const all: (readonly [string, string | undefined])[] = [
    ["web.command", web.why],
    ["web.health", web.health?.why],
    ["web.sticky", web.sticky?.why],
    ...Object.entries(workers).map(([name, worker]) => [`workers.${name}.command`, worker.why] as const),
    ["scheduler.command", scheduler?.why],
    ["release", release === null ? undefined : `${release.why} Runs once, before a release takes traffic.`],
    ["postgres", postgres === null ? undefined : `${postgres.why} A primary, two replicas and a pooler.`],
    [
      "redis",
      redis === null ? undefined : `${redis.why} A master with a replica and three Sentinels, and a cache apart.`,
    ],
  ];
  return new Map(all.flatMap(([path, why]) => (why === undefined ? [] : [[path, why] as const])));
}

function annotate(map: YAMLMap, path: string, why: ReadonlyMap<string, string>): void {
  for (const item of map.items as Pair[]) {
    if (!isScalar(item.key)) continue;
    const own = path === "" ? String(item.key.value) : `${path}.${item.key.value}`;
    const reason = why.get(own);
    if (reason !== undefined) item.key.commentBefore = comment(reason);
    if (path === "" && own !== "name") item.key.spaceBefore = true;
    if (isMap(item.value)) annotate(item.value, own, why);
  }
}

function introduction(detection: Found, schema: string): string {
  const seen = detection.evidence.map(({ file, what }) => comment(`- ${file}: ${what}`, 3));
  const open = detection.warnings.map((warning) => comment(`- ${warning}`, 3));
  return [
    ` yaml-language-server: $schema=${schema}`,
    "",
    comment(`${detection.framework}, as tenfold init saw it:`),
    ...seen,
    ...(open.length === 0 ? [] : ["", " To look at:", ...open]),
    "",
    " What is not written here has a default: tenfold config shows all of it.",
  ].join("\n");
}

/** A `tenfold.yaml` that says why each line is there, and what is left to look at. Ends with a line break. */
export function formatProposal(detection: Found, schema: string = SCHEMA_ID): string {
  const document = new Document(proposalValue(detection.proposal));
  if (!isMap(document.contents)) throw new Error("a proposal is a map");
  annotate(document.contents, "", reasons(detection.proposal));
  document.commentBefore = introduction(detection, schema);
  return document.toString({ lineWidth: 0 });
}
