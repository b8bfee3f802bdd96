import { type Fleet, portFor } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { furtherPort } from "../../fleet/ports.ts";
import { FRONT_CONNECTIONS } from "../../fleet/tuning.ts";
import { localPostgres, localRedis } from "../../spec/local.ts";
import { type Target, targets, targetsOf } from "../edge/edge.ts";
import { slotCount, slotLines } from "./slots.ts";
import { section } from "./words.ts";

/** Sessions with a database idle for hours; the kernel finds out when the other side is gone. */
const CLIENT_SIDE = [
  "mode tcp",
  "timeout client 24h",
  "option clitcpka",
  "clitcpka-idle 60s",
  "clitcpka-intvl 10s",
  "clitcpka-cnt 3",
];

const SERVER_SIDE = [
  "mode tcp",
  "timeout server 24h",
  "option srvtcpka",
  "srvtcpka-idle 60s",
  "srvtcpka-intvl 10s",
  "srvtcpka-cnt 3",
];

export type FrontName = "redis" | "postgres";

/** The fronts that a fleet has. */
export function frontsOf(fleet: Fleet): FrontName[] {
  return [
    ...(localRedis(fleet.spec) === null ? [] : (["redis"] as const)),
    ...(localPostgres(fleet.spec) === null ? [] : (["postgres"] as const)),
  ];
}

/** Who leads behind a front, as the topology says. */
export function leaderOf(fleet: Fleet, front: FrontName): MemberName | null {
  return front === "redis" ? fleet.topology.redisMaster : fleet.topology.postgresPrimary;
}

function frontend(fleet: Fleet, member: Member, front: FrontName): string {
  return section(`frontend ${front}-front from base`, [
    `bind 127.0.0.1:${portFor(fleet.ports, furtherPort(member.name, front))}`,
    ...CLIENT_SIDE,
    `maxconn ${FRONT_CONNECTIONS}`,
    "no log",
    ...(front === "redis" ? ["use_backend redis if { nbsrv(redis) gt 0 }", "default_backend redis-any"] : []),
    ...(front === "postgres" ? ["default_backend postgres"] : []),
  ]);
}

function hex(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A command of Redis as it travels: nothing in a password needs an escape. */
function redisCommand(...words: readonly string[]): string {
  const parts = words.map((word) => `$${new TextEncoder().encode(word).length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}

/**
 * Passes for a Redis that has its data in memory and says that it is the master. All is asked at once and ends with
 * QUIT: a check that does not find what it expects would otherwise wait for more until its time is up.
 */
function redisCheck(fleet: Fleet): string[] {
  const commands = [["AUTH", fleet.secrets.redis.reveal()], ["PING"], ["INFO", "replication"], ["QUIT"]];
  return [
    "option tcp-check",
    "tcp-check connect",
    `tcp-check send-binary ${hex(commands.map((words) => redisCommand(...words)).join(""))}`,
    "tcp-check expect rstring 'PONG[^!]*role:master'",
  ];
}

function slotsFor(front: FrontName, all: readonly Target[], taken: readonly Target[]): string[] {
  return slotLines(front, slotCount(Math.max(0, ...all.map(({ index }) => index))), taken);
}

/**
 * `redis` holds the leader that the engine has named, `redis-any` every member. While the leader says that it is the
 * master it gets everything. When it does not, and no engine is there to name another, whoever says so gets it: after
 * a failover by the Sentinels the front follows by itself. A former master that comes back still believes that it leads,
 * so the leader must say so for thirty checks before it gets connections again, and `redis-any` stays with the first
 * that it found until that one fails.
 */
function redisBackends(fleet: Fleet): string[] {
  const all = targetsOf(fleet, "redis");
  const leader = leaderOf(fleet, "redis");
  const servers = "on-marked-down shutdown-sessions";
  // A retry waits for a second first; whoever is refused at once connects again in less.
  const common = [...SERVER_SIDE, "timeout check 3s", "retries 0"];
  return [
    section("backend redis from base", [
      ...common,
      ...redisCheck(fleet),
      `default-server check inter 1s fall 3 rise 30 ${servers}`,
      ...slotsFor("redis", all, leader === null ? [] : targets(fleet, [leader])),
    ]),
    section("backend redis-any from base", [
      ...common,
      "no log",
      "balance first",
      "stick-table type ip size 1 nopurge",
      "stick on dst",
      ...redisCheck(fleet),
      `default-server check inter 1s downinter 500ms fall 1 rise 1 ${servers}`,
      ...slotsFor("redis", all, all),
    ]),
  ];
}

/** The primary that the engine has named. Nothing is checked: only the engine may say who leads. */
function postgresBackend(fleet: Fleet): string {
  const all = targetsOf(fleet, "postgres");
  const leader = leaderOf(fleet, "postgres");
  return section("backend postgres from base", [
    ...SERVER_SIDE,
    `default-server on-marked-down shutdown-sessions`,
    ...slotsFor("postgres", all, leader === null ? [] : targets(fleet, [leader])),
  ]);
}

export function frontSections(fleet: Fleet, member: Member): string {
  return frontsOf(fleet)
    .flatMap((front) => {
      const backends = front === "redis" ? redisBackends(fleet) : [postgresBackend(fleet)];
      return [frontend(fleet, member, front), ...backends];
    })
    .join("\n");
}
