import { membersOf, SENTINEL_MASTER } from "../../fleet/data.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { RenderedFile, Rendering } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { configFile, dataDirectory, logFile } from "../../fleet/paths.ts";
import { type RedisTuning, tuneCache, tuneRedis } from "../../fleet/tuning.ts";
import { localRedis } from "../../spec/local.ts";
import { bytes } from "../../units/bytes.ts";
import { seconds } from "../../units/millis.ts";
import { programPath } from "../program.ts";

function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

type Settings = readonly (readonly [string, string])[];

function common(member: Member): Settings {
  return [
    ["bind", "127.0.0.1"],
    ["port", `${member.port}`],
    ["protected-mode", "yes"],
    ["daemonize", "no"],
    ["supervised", "no"],
    ["logfile", '""'],
    ["tcp-backlog", "511"],
    ["tcp-keepalive", "60"],
    ["timeout", "0"],
  ];
}

function tuned({ maxmemory, maxmemoryPolicy, maxclients }: RedisTuning): Settings {
  return [
    ["maxmemory", `${maxmemory}`],
    ["maxmemory-policy", maxmemoryPolicy],
    ["maxclients", `${maxclients}`],
  ];
}

function durable(fleet: Fleet, member: Member): Settings {
  const password = quote(fleet.secrets.redis.reveal());
  const master = membersOf(fleet, "redis").find(({ name }) => name === fleet.topology.redisMaster);
  const follows: Settings =
    master === undefined || master.name === member.name ? [] : [["replicaof", `127.0.0.1 ${master.port}`]];
  return [
    ...common(member),
    ["dir", quote(dataDirectory(fleet.paths, member.name))],
    ["requirepass", password],
    ["masterauth", password],
    ...tuned(tuneRedis(localRedis(fleet.spec)?.memory ?? bytes(0))),
    ["appendonly", "yes"],
    ["appendfsync", "everysec"],
    ["aof-use-rdb-preamble", "yes"],
    ["save", '""'],
    ["repl-diskless-sync", "yes"],
    ["repl-diskless-sync-delay", "0"],
    ["repl-backlog-size", "16mb"],
    ["repl-timeout", "10"],
    ["repl-ping-replica-period", "1"],
    ["replica-read-only", "yes"],
    ...follows,
  ];
}

function evicting(fleet: Fleet, member: Member): Settings {
  const memory = fleet.spec.cache === false ? bytes(0) : fleet.spec.cache.memory;
  return [
    ...common(member),
    ["dir", quote(dataDirectory(fleet.paths, member.name))],
    ["requirepass", quote(fleet.secrets.cache.reveal())],
    ...tuned(tuneCache(memory)),
    ["appendonly", "no"],
    ["save", '""'],
  ];
}

/**
 * Anyone on this machine may ask a Sentinel who the master is, as clients without a password do;
 * everything else needs the password.
 */
function sentinel(fleet: Fleet, member: Member): Settings {
  const password = fleet.secrets.redis.reveal();
  const master = membersOf(fleet, "redis").find(({ name }) => name === fleet.topology.redisMaster);
  const replicas = membersOf(fleet, "redis").filter(({ name }) => name !== fleet.topology.redisMaster);
  const quorum = Math.floor((localRedis(fleet.spec)?.sentinels ?? 3) / 2) + 1;
  const discovery = "+ping +info +hello +auth +client +role +command +subscribe +psubscribe +unsubscribe +punsubscribe";
  const questions = [
    "get-master-addr-by-name",
    "master",
    "masters",
    "replicas",
    "slaves",
    "sentinels",
    "ckquorum",
    "myid",
  ];
  return [
    ...common(member),
    ["dir", quote(dataDirectory(fleet.paths, member.name))],
    [
      "user",
      `default on nopass resetchannels &* -@all ${discovery} ${questions.map((name) => `+sentinel|${name}`).join(" ")}`,
    ],
    ["user", `tenfold on >${password} allchannels allkeys +@all`],
    ["sentinel", `myid ${sentinelId(fleet, member)}`],
    ["sentinel", "resolve-hostnames no"],
    ["sentinel", `monitor ${SENTINEL_MASTER} 127.0.0.1 ${master?.port} ${quorum}`],
    // It would find them by itself, but only ten seconds after they follow: too late for an early failover.
    ...replicas.map(({ port }) => ["sentinel", `known-replica ${SENTINEL_MASTER} 127.0.0.1 ${port}`] as const),
    ["sentinel", `auth-pass ${SENTINEL_MASTER} ${password}`],
    // The engine sees a death sooner and tells one Sentinel; the others must not begin a failover of their own before
    // they hear of that, or a second one undoes the first. Without an engine it is theirs, this much later.
    ["sentinel", `down-after-milliseconds ${SENTINEL_MASTER} 5000`],
    ["sentinel", `failover-timeout ${SENTINEL_MASTER} 10000`],
    ["sentinel", `parallel-syncs ${SENTINEL_MASTER} 2`],
    ["sentinel", "sentinel-user tenfold"],
    ["sentinel", `sentinel-pass ${password}`],
    ["sentinel", "deny-scripts-reconfig yes"],
  ];
}

/** The same for as long as the fleet lives: a Sentinel that came back under a new id would count twice in every vote. */
function sentinelId(fleet: Fleet, member: Member): string {
  return `${fleet.id}${member.index.toString(16).padStart(8, "0")}`.slice(-40).padStart(40, "0");
}

function settingsOf(fleet: Fleet, member: Member): Settings {
  if (member.kind === "sentinel") return sentinel(fleet, member);
  return member.kind === "cache" ? evicting(fleet, member) : durable(fleet, member);
}

/** A Redis server or a Sentinel. Both rewrite their own file, so it is rendered anew only when they are not running. */
export function renderRedis(fleet: Fleet, member: Member): Rendering {
  const content = settingsOf(fleet, member).map(([name, value]) => `${name} ${value}`);
  const file: RenderedFile = {
    path: configFile(fleet.paths, `${member.name}/redis.conf`),
    content: `# Rendered by Tenfold.\n${content.join("\n")}\n`,
    mode: 0o600,
    owner: "service",
  };
  return {
    files: [file],
    takes: content.filter((line) => line.startsWith("maxmemory ")).join("\n"),
    launch: {
      argv: [programPath(fleet, "redis-server"), file.path, ...(member.kind === "sentinel" ? ["--sentinel"] : [])],
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      cwd: fleet.paths.home,
      runAs: "service",
      log: logFile(fleet.paths, member.name),
      stop: { signal: "SIGTERM", grace: seconds(15) },
      memory: false,
      cpu: false,
    },
  };
}
