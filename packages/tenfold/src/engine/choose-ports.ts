import type { Driver } from "../drivers/driver.ts";
import { Fault } from "../fault/fault.ts";
import { PORT_RANGE, type PortBook, type PortKey, type PortRequest } from "../fleet/ports.ts";
import { type Port, port } from "../units/port.ts";

const PREFERRED_TRIES = 100;

export interface PortChoice {
  readonly book: PortBook;
  /** What is worth telling: a preferred port that was taken. */
  readonly notes: readonly string[];
}

/** Where a fleet starts to look, so that two fleets that start at once rarely look at the same ports. */
function startOf(fleet: string): number {
  const span = PORT_RANGE.last - PORT_RANGE.first + 1;
  const blocks = Math.floor(span / 100);
  return PORT_RANGE.first + (Number.parseInt(fleet.slice(0, 6), 16) % blocks) * 100;
}

/**
 * Chooses the ports that are wanted, and keeps those that were chosen before. A port is kept while its own member holds
 * it (`isHeld`) or while it is free. Faults: TF_PORT_TAKEN for a port that the user wrote, TF_NO_FREE_PORT.
 */
export async function choosePorts(
  requests: readonly PortRequest[],
  known: PortBook,
  options: { readonly driver: Driver; readonly fleet: string; readonly isHeld: (key: PortKey) => boolean },
): Promise<PortChoice> {
  const book: Record<string, Port> = {};
  const notes: string[] = [];
  const used = new Set<number>(requests.flatMap(({ choice }) => (choice.kind === "written" ? [choice.port] : [])));
  let next = startOf(options.fleet);

  const isFree = async (candidate: Port, host: string): Promise<boolean> =>
    !used.has(candidate) && (await options.driver.isPortFree(candidate, host));

  const anyFree = async (host: string): Promise<Port> => {
    const span = PORT_RANGE.last - PORT_RANGE.first + 1;
    for (let tries = 0; tries < span; tries += 1) {
      const candidate = port(PORT_RANGE.first + ((next - PORT_RANGE.first) % span));
      next += 1;
      if (await isFree(candidate, host)) return candidate;
    }
    throw new Fault("TF_NO_FREE_PORT", `no port from ${PORT_RANGE.first} to ${PORT_RANGE.last} is free`, {
      hint: "stop other fleets: tenfold down",
    });
  };

  const preferred = async (wanted: Port, host: string): Promise<Port> => {
    for (let candidate: number = wanted; candidate < wanted + PREFERRED_TRIES && candidate <= 65535; candidate += 1) {
      if (!(await isFree(port(candidate), host))) continue;
      if (candidate !== wanted) {
        notes.push(
          `port ${wanted} is used by ${options.driver.holderOf(wanted) ?? "another process"}; the fleet answers on ${candidate}`,
        );
      }
      return port(candidate);
    }
    return anyFree(host);
  };

  for (const { key, host, choice } of requests) {
    const before = known[key];
    const keep = before !== undefined && (choice.kind !== "written" || choice.port === before);
    if (keep && (options.isHeld(key) || (await isKeepable(before, host)))) {
      book[key] = before;
      used.add(before);
      continue;
    }
    const chosen = await choose(choice, host);
    book[key] = chosen;
    used.add(chosen);
  }
  return { book, notes };

  async function isKeepable(candidate: Port, host: string): Promise<boolean> {
    return options.driver.isPortFree(candidate, host);
  }

  async function choose(choice: PortRequest["choice"], host: string): Promise<Port> {
    if (choice.kind === "any") return anyFree(host);
    if (choice.kind === "preferred") return preferred(choice.port, host);
    if (await options.driver.isPortFree(choice.port, host)) return choice.port;
    const holder = options.driver.holderOf(choice.port);
    throw new Fault("TF_PORT_TAKEN", `port ${choice.port} on ${host} is taken by ${holder ?? "another process"}`, {
      hint: "stop that process, or write another balancer.port; without balancer.port, Tenfold chooses a free one",
    });
  }
}
