import assert from "node:assert/strict";

/** What `ps --json` and `health --json` promise (the design's §8), read strictly. Further fields are allowed. */

const KINDS = [
  "web",
  "worker",
  "scheduler",
  "balancer",
  "postgres",
  "pooler",
  "redis",
  "cache",
  "sentinel",
  "prometheus",
  "alertmanager",
] as const;
const MEMBER_STATES = ["starting", "ready", "draining", "stopped", "failed"] as const;
const FLEET_STATES = ["healthy", "degraded", "down"] as const;

export interface Member {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly role: string | null;
  readonly state: (typeof MEMBER_STATES)[number];
  readonly release: number | null;
  readonly pid: number | null;
  readonly port: number | null;
  readonly uptimeSeconds: number | null;
  readonly restarts: number;
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly connections: number | null;
  readonly detail: string | null;
}

export interface Fleet {
  readonly fleet: string;
  readonly state: (typeof FLEET_STATES)[number];
  readonly release: number | null;
  readonly urls: Readonly<Record<string, string>>;
  readonly members: readonly Member[];
}

export interface Health {
  readonly status: (typeof FLEET_STATES)[number];
  readonly checks: readonly { readonly name: string; readonly status: "ok" | "failed"; readonly detail: string }[];
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, what: string): Fields {
  assert.ok(typeof value === "object" && value !== null && !Array.isArray(value), `${what} is no object`);
  return value as Fields;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  assert.ok(Array.isArray(value), `${what} is no list`);
  return value;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  assert.ok(typeof value === "string" && value !== "", `${name} is ${JSON.stringify(value)}, and no text`);
  return value;
}

function oneOf<T extends string>(fields: Fields, name: string, values: readonly T[]): T {
  const found = values.find((value) => value === fields[name]);
  assert.ok(found !== undefined, `${name} is ${JSON.stringify(fields[name])}, and none of ${values.join(", ")}`);
  return found;
}

function numberOrNull(fields: Fields, name: string, isRight: (value: number) => boolean): number | null {
  const value = fields[name];
  assert.ok(
    value === null || (typeof value === "number" && Number.isFinite(value) && isRight(value)),
    `${name} is ${JSON.stringify(value)}`,
  );
  return value;
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;
const isPositive = (value: number): boolean => Number.isInteger(value) && value > 0;
const isPort = (value: number): boolean => isPositive(value) && value <= 65_535;
const isAmount = (value: number): boolean => value >= 0;

/** Which roles a kind of member can have. */
function roleOf(kind: Member["kind"], fields: Fields): string | null {
  const { role, state } = fields;
  if (kind === "worker") return text(fields, "role");
  const roles = kind === "postgres" ? ["primary", "replica"] : kind === "redis" ? ["master", "replica"] : [];
  // Nobody knows the role of a server that does not answer.
  if (roles.length === 0 || state !== "ready") assert.equal(role, null, `${kind} has the role ${role}`);
  else oneOf(fields, "role", roles);
  return role as string | null;
}

function parseMember(value: unknown): Member {
  const fields = fieldsOf(value, "a member");
  const kind = oneOf(fields, "kind", KINDS);
  const restarts = numberOrNull(fields, "restarts", isCount);
  assert.ok(restarts !== null, "restarts is null");
  const detail = fields.detail;
  assert.ok(detail === null || typeof detail === "string");
  const member: Member = {
    name: text(fields, "name"),
    kind,
    role: roleOf(kind, fields),
    state: oneOf(fields, "state", MEMBER_STATES),
    release: numberOrNull(fields, "release", isPositive),
    pid: numberOrNull(fields, "pid", isPositive),
    port: numberOrNull(fields, "port", isPort),
    uptimeSeconds: numberOrNull(fields, "uptimeSeconds", isAmount),
    restarts,
    cpuPercent: numberOrNull(fields, "cpuPercent", isAmount),
    memoryBytes: numberOrNull(fields, "memoryBytes", isCount),
    connections: numberOrNull(fields, "connections", isCount),
    detail,
  };
  assert.match(member.name, /^[a-z][a-z0-9-]*-\d+$/);
  if (member.state === "ready") assert.ok(member.pid !== null && member.uptimeSeconds !== null, `${member.name}`);
  return member;
}

/** `ps --json`. */
export function parseFleet(json: string): Fleet {
  const fields = fieldsOf(JSON.parse(json), "the report");
  assert.equal(fields.version, 1);
  const urls = fieldsOf(fields.urls, "urls");
  for (const url of Object.values(urls)) assert.ok(typeof url === "string" && URL.canParse(url));
  const members = listOf(fields.members, "members").map(parseMember);
  assert.equal(new Set(members.map(({ name }) => name)).size, members.length, "names differ");
  return {
    fleet: text(fields, "fleet"),
    state: oneOf(fields, "state", FLEET_STATES),
    release: numberOrNull(fields, "release", isPositive),
    urls: urls as Record<string, string>,
    members,
  };
}

/** `health --json`. */
export function parseHealth(json: string): Health {
  const fields = fieldsOf(JSON.parse(json), "the report");
  assert.equal(fields.version, 1);
  const checks = listOf(fields.checks, "checks").map((value) => {
    const check = fieldsOf(value, "a check");
    return {
      name: text(check, "name"),
      status: oneOf(check, "status", ["ok", "failed"] as const),
      detail: text(check, "detail"),
    };
  });
  return { status: oneOf(fields, "status", FLEET_STATES), checks };
}

export interface FaultReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly lines: readonly string[];
}

/** What `--json` prints instead of a result. */
export function parseFault(json: string): FaultReport {
  const fields = fieldsOf(JSON.parse(json), "the answer");
  assert.equal(fields.version, 1);
  const error = fieldsOf(fields.error, "error");
  const { hint } = error;
  assert.ok(hint === null || typeof hint === "string");
  const lines = listOf(error.lines, "lines").map((line) => {
    assert.equal(typeof line, "string");
    return line as string;
  });
  return { code: text(error, "code"), message: text(error, "message"), hint, lines };
}
