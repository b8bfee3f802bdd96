import { initialCounts } from "../../src/fleet/counts.ts";
import { type Fleet, initialTopology, portsWanted, resolveFleet } from "../../src/fleet/fleet.ts";
import type { Machine, User } from "../../src/fleet/machine.ts";
import { groupOf, type MemberName, memberName } from "../../src/fleet/member.ts";
import type { Paths } from "../../src/fleet/paths.ts";
import { APP_PORT, memberPort, type PortBook } from "../../src/fleet/ports.ts";
import { applicationOf, type Release } from "../../src/fleet/release.ts";
import { SECRET_NAMES, type Secrets } from "../../src/fleet/secrets.ts";
import type { Topology } from "../../src/fleet/state.ts";
import { firstSets } from "../../src/fleet/web-sets.ts";
import { fleetFile } from "../../src/spec/spec.ts";
import { mebibytes } from "../../src/units/bytes.ts";
import { type Port, port } from "../../src/units/port.ts";
import { Secret } from "../../src/units/secret.ts";

/** What a test says of its fleet; `file` is what a user would have written. */
export interface TestFleet {
  readonly file: Readonly<Record<string, unknown>>;
  readonly paths: Paths;
  /** Ports by key; those not given are numbered from 20001. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly web?: number;
  readonly topology?: Partial<Topology>;
  readonly user?: User;
  /** Variables that the file refers to. */
  readonly environment?: Readonly<Record<string, string>>;
}

const USER: User = { name: "tenfold", uid: 990, gid: 990, home: "/nonexistent" };

export const GOLDEN_PATHS: Paths = {
  project: "/srv/shop",
  state: "/srv/shop/.tenfold",
  home: "/srv/shop/.tenfold",
  run: "/srv/shop/.tenfold/run",
};

export function web(index: number): MemberName {
  return memberName(groupOf("web"), index);
}

export function webs(count: number): MemberName[] {
  return Array.from({ length: count }, (_, at) => web(at + 1));
}

function machine(user: User): Machine {
  return {
    cores: 2,
    memory: mebibytes(4096),
    programs: {
      haproxy: { path: "/usr/sbin/haproxy", version: [2, 6, 12] },
      nginx: { path: "/usr/sbin/nginx", version: [1, 22, 1] },
      prometheus: { path: "/usr/bin/prometheus", version: [2, 42, 0] },
      alertmanager: { path: "/usr/bin/prometheus-alertmanager", version: [0, 25, 0] },
    },
    users: { engine: user, service: user, application: user },
  };
}

const SECRETS = Object.fromEntries(SECRET_NAMES.map((name) => [name, new Secret(`${name}-"$ecret`)])) as Secrets;

/** A fleet as the engine would have resolved it. */
export function testFleet(input: TestFleet): Fleet {
  const spec = fleetFile.parse({ name: "shop", ...input.file });
  const counts = { ...initialCounts(spec), ...(input.web === undefined ? {} : { web: input.web }) };
  const topology = { ...initialTopology(spec), ...input.topology };
  const web = firstSets(counts.web);
  const keys: string[] = portsWanted({ spec, counts, web, surge: [], current: 1, topology: initialTopology(spec) }).map(
    ({ key }) => key,
  );
  keys.push(...topology.serving.map(memberPort));
  const given: Record<string, number> = { [APP_PORT]: spec.balancer.port ?? 8080, ...input.ports };
  const ports: Record<string, Port> = {};
  for (const [at, key] of [...new Set([...keys, ...Object.keys(given)])].entries()) {
    ports[key] = port(given[key] ?? 20_001 + at);
  }
  const release: Release = {
    number: 1,
    directory: input.paths.project,
    hash: "0",
    createdAt: 0,
    released: true,
    application: applicationOf(spec),
    source: { kind: "in-place" },
    replaces: null,
    failure: null,
  };
  return resolveFleet({
    id: "0".repeat(32),
    spec,
    counts,
    web,
    surge: [],
    release,
    releases: new Map([[1, { release, environment: input.environment ?? {} }]]),
    topology,
    ports: ports satisfies PortBook,
    paths: input.paths,
    secrets: SECRETS,
    machine: machine(input.user ?? USER),
  });
}
