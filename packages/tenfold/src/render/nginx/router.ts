import type { Fleet } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { seconds } from "../../units/millis.ts";
import { sendingTo, servingTargets, type Target, targets } from "../edge/edge.ts";
import { fingerprint } from "./fingerprint.ts";
import { page, pageUri } from "./pages.ts";
import { answerBuffer, configuration } from "./process.ts";
import { controlSocketName, requestSocketName, VISITOR_HEADER } from "./sockets.ts";
import { stickyHeaders, stickyMaps } from "./sticky.ts";
import { ownUpstream, sharedUpstream } from "./upstreams.ts";
import { block, map, time } from "./words.ts";

const LONG = "/.tenfold/long";
const PIECE = 100;

function maps(): string[] {
  return [
    // Towards an instance a connection is kept, unless it becomes a WebSocket.
    ...map("$http_upgrade", "$further", [
      ['""', '""'],
      ["default", "upgrade"],
    ]),
    ...map('"$http_upgrade|$http_accept"', "$is_long", [
      ['"~^[^|]"', "1"],
      ["~text/event-stream", "1"],
      ["default", '""'],
    ]),
    ...map("$http_accept", "$page_type", [
      ["~application/json", "json"],
      ["default", "html"],
    ]),
  ];
}

/** Who gets requests: most from `app`, a share from `trial` where a release is on trial. */
interface Sending {
  readonly app: readonly Target[];
  readonly trial: readonly Target[];
  /** All of them. */
  readonly all: readonly Target[];
}

/** The upstream of a visitor who has no instance of its own. */
function sharedMap(fleet: Fleet, { app, trial }: Sending): string[] {
  const share = fleet.web.canary?.share ?? 0;
  if (app.length === 0 || trial.length === 0 || share === 0)
    return map('""', "$shared", [["default", app.length === 0 ? "trial" : "app"]]);
  return block("split_clients $request_id $shared", [`${share.toFixed(2)}% trial;`, "* app;"]);
}

function locations(fleet: Fleet, served: boolean): string[] {
  const { timeouts } = fleet.spec.balancer;
  if (!served) {
    return [
      `error_page 503 = ${pageUri("none-ready").replace("html", "$page_type")};`,
      ...block("location /", ["return 503;"]),
      ...page("none-ready"),
      ...page("none-ready", "json"),
    ];
  }
  const further = `proxy_pass http://${fleet.spec.web.sticky === "cookie" ? "$own" : "$shared"}$request_uri;`;
  return [
    `error_page 502 = ${pageUri("broken")};`,
    `error_page 504 = ${pageUri("too-slow")};`,
    ...block("location /", [...block("if ($is_long)", [`rewrite ^ ${LONG} last;`]), further]),
    ...block(`location = ${LONG}`, [
      "internal;",
      `proxy_read_timeout ${time(timeouts.websocket)};`,
      `proxy_send_timeout ${time(timeouts.websocket)};`,
      further,
    ]),
    // Nobody took the connection, or nobody was left to be asked.
    ...page("broken", "html", block('if ($upstream_connect_time ~ "-$")', [`rewrite ^ ${pageUri("not-taken")} last;`])),
    ...page("not-taken"),
    ...page("too-slow"),
  ];
}

function requestServer(fleet: Fleet, member: Member, served: boolean): string[] {
  const sticky = served && fleet.spec.web.sticky === "cookie";
  return block("server", [
    `listen unix:${requestSocketName(member)} backlog=4096;`,
    "proxy_set_header Host $http_host;",
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $further;",
    `proxy_set_header ${VISITOR_HEADER} "";`,
    ...(sticky ? stickyHeaders() : []),
    ...locations(fleet, served),
  ]);
}

/** What the engine is told when it asks, and by which it knows that its word was taken. */
export interface RouterAnswer {
  readonly fingerprint: string;
  /** Those that are attached. */
  readonly serving: readonly string[];
  /** Those of them that get requests now. */
  readonly sending: readonly string[];
}

/** Reads what the router's control socket answers; `null` for anything else. */
export function parseRouterAnswer(text: string): RouterAnswer | null {
  const found = /^tenfold (\S+) serving=(\S*) sending=(\S*)$/.exec(text);
  if (found === null) return null;
  const list = (names = ""): string[] => names.split(",").filter((name) => name !== "");
  return { fingerprint: found[1] ?? "", serving: list(found[2]), sending: list(found[3]) };
}

/** Names in variables, a hundred in each: nginx reads no word of more than 4 kB. */
function pieces(name: string, names: readonly string[]): { readonly sets: string[]; readonly names: string } {
  const sets: string[] = [];
  for (let at = 0; at < names.length; at += PIECE) {
    const last = at + PIECE >= names.length ? "" : ",";
    sets.push(`set $${name}_${sets.length} '${names.slice(at, at + PIECE).join(",")}${last}';`);
  }
  return { sets, names: sets.map((_, at) => `$${name}_${at}`).join("") };
}

function controlServer(member: Member, answer: RouterAnswer): string[] {
  const serving = pieces("serving", answer.serving);
  const sending = pieces("sending", answer.sending);
  const text = `tenfold ${answer.fingerprint} serving=${serving.names} sending=${sending.names}`;
  return block("server", [
    `listen unix:${controlSocketName(member)};`,
    "keepalive_timeout 0;",
    "default_type text/plain;",
    ...block("location /", [...serving.sets, ...sending.sets, `return 200 '${text}';`]),
  ]);
}

function http(fleet: Fleet, member: Member, sending: Sending): string[] {
  const { web, balancer } = fleet.spec;
  const { timeouts } = balancer;
  const served = sending.all.length > 0;
  const sticky = served && web.sticky === "cookie";
  return [
    // First, since the maps that follow take it.
    "map_hash_bucket_size 128;",
    ...maps(),
    ...(served ? sharedMap(fleet, sending) : []),
    ...(sticky ? stickyMaps(fleet, sending.all) : []),
    `client_header_timeout ${time(seconds(10))};`,
    `client_body_timeout ${time(timeouts.request)};`,
    `send_timeout ${time(timeouts.request)};`,
    // The edge has held back what is too large.
    "client_max_body_size 0;",
    "client_body_buffer_size 64k;",
    "keepalive_timeout 0;",
    "client_header_buffer_size 16k;",
    "large_client_header_buffers 4 64k;",
    "proxy_http_version 1.1;",
    "proxy_buffering off;",
    ...answerBuffer(16),
    "proxy_redirect off;",
    "proxy_hide_header Keep-Alive;",
    "proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Charset;",
    `proxy_connect_timeout ${time(timeouts.connect)};`,
    `proxy_read_timeout ${time(timeouts.request)};`,
    `proxy_send_timeout ${time(timeouts.request)};`,
    // One more attempt, on another instance. Of what is not idempotent only when nothing of it was sent.
    "proxy_next_upstream error invalid_header;",
    "proxy_next_upstream_tries 2;",
    ...(sending.app.length > 0 ? sharedUpstream(fleet, "app", sending.app) : []),
    ...(sending.trial.length > 0 ? sharedUpstream(fleet, "trial", sending.trial, sending.app) : []),
    ...(sticky ? sending.all.flatMap((target) => ownUpstream(fleet, member, target)) : []),
    ...requestServer(fleet, member, served),
  ];
}

interface Routing {
  readonly body: readonly string[];
  readonly answer: RouterAnswer;
}

function route(fleet: Fleet, member: Member, unwell: readonly MemberName[]): Routing {
  const serving = servingTargets(fleet);
  const onTrial = targets(fleet, fleet.topology.canary);
  const app = sendingTo(serving, unwell);
  const trial = sendingTo(onTrial, unwell);
  const body = http(fleet, member, { app, trial, all: [...app, ...trial] });
  const attached = [...serving, ...onTrial].map(({ name }) => name);
  return {
    body,
    answer: {
      fingerprint: fingerprint([...body, ...attached].join("\n")),
      serving: attached,
      sending: [...app, ...trial].map(({ name }) => name),
    },
  };
}

/**
 * Knows the instances and chooses one for each request. It gets every request on a connection of its own, so a reload,
 * which is how it learns who comes and goes, finds no idle connection that it could close on a request under way.
 */
export function routerConfiguration(fleet: Fleet, member: Member, unwell: readonly MemberName[]): string {
  const { body, answer } = route(fleet, member, unwell);
  return configuration(fleet, member, [...body, ...controlServer(member, answer)]);
}

/** What a router with that configuration answers. */
export function routerAnswer(fleet: Fleet, member: Member, unwell: readonly MemberName[]): RouterAnswer {
  return route(fleet, member, unwell).answer;
}
