import { type TestContext, test } from "node:test";
import type { BalancerEngine } from "../../src/spec/balancer/balancer.ts";
import { Lab } from "./lab.ts";

const ENGINES: readonly BalancerEngine[] = ["haproxy", "nginx"];

/** Opens a lab with a balancer of the engine that the test runs on. */
export type OpenLab = (file?: Readonly<Record<string, unknown>>, slots?: number) => Promise<Lab>;

/** Why a test says nothing about an engine. */
export type Skips = Readonly<Partial<Record<BalancerEngine, string>>>;

/** A test of what a balancer promises, run on every engine that promises it. */
export function testEngines(
  title: string,
  body: (open: OpenLab, engine: BalancerEngine, t: TestContext) => Promise<void>,
  skips: Skips = {},
): void {
  for (const engine of ENGINES) {
    const open: OpenLab = (file = {}, slots = 3) =>
      Lab.open({ ...file, balancer: { engine, ...(file.balancer as object | undefined) } }, slots);
    test(`${engine}: ${title}`, { skip: skips[engine] ?? false }, (t) => body(open, engine, t));
  }
}

/** Opens a lab, starts its balancer and so many instances, and attaches them. */
export async function openServing(open: OpenLab, file: Readonly<Record<string, unknown>>, count: number): Promise<Lab> {
  const lab = await open(file, Math.max(count, 3));
  const indexes = Array.from({ length: count }, (_, at) => at + 1);
  await Promise.all([lab.startBalancer(), lab.startInstances(...indexes)]);
  await lab.serve(...indexes);
  return lab;
}
