import type { DeployRequest } from "../engine/deploy.ts";
import type { Engine } from "../engine/engine.ts";
import type { FleetInput } from "../spec/fleet-input.ts";
import { type MemoryFleet, specOf } from "./memory-fleet.ts";

/** A fleet file with all that a deploy replaces, and short times. */
export const DEPLOYED: FleetInput = {
  name: "shop",
  web: { command: ["serve"], instances: 3 },
  workers: { reports: { command: ["work"] } },
  release: ["migrate"],
  deploy: { watch: "20ms", warm: "1h" },
};

export function order(fleet: MemoryFleet, more: Partial<DeployRequest> = {}, file: unknown = DEPLOYED): DeployRequest {
  return {
    spec: specOf(file),
    directory: fleet.directory,
    environment: {},
    inherited: { PATH: "/bin" },
    revision: null,
    strategy: null,
    canary: null,
    force: false,
    ...more,
  };
}

/** Deploys code that has changed. */
export function deploy(
  fleet: MemoryFleet,
  engine: Engine,
  more: Partial<DeployRequest> = {},
  file: unknown = DEPLOYED,
): Promise<void> {
  fleet.code = `${fleet.code}+`;
  return fleet.run(engine, { name: "deploy", deploy: order(fleet, more, file) });
}

/** The release that each serving instance runs. */
export function served(fleet: MemoryFleet, engine: Engine): (number | null | undefined)[] {
  return fleet.tier.serving.map((name) => engine.ps()?.members.find((member) => member.name === name)?.release);
}

/** How often the release command ran. */
export function migrations(fleet: MemoryFleet): number {
  return fleet.machine.ran.filter(([program]) => program === "migrate").length;
}

export async function running(fleet: MemoryFleet): Promise<Engine> {
  const engine = await fleet.engine();
  await fleet.up(engine, DEPLOYED);
  return engine;
}
