import { createClient } from "@redis/client";
import type { Address } from "../environment/index.ts";

/**
 * Asks the sentinels, one after the other, who the master is: the first that knows decides. `deadline` in milliseconds, for
 * each. Throws when none knows.
 */
export async function findMaster(sentinels: readonly Address[], name: string, deadline: number): Promise<Address> {
  const problems: string[] = [];
  for (const sentinel of sentinels) {
    try {
      const master = await ask(sentinel, name, deadline);
      if (master !== null) return master;
      problems.push(`${sentinel.host}:${sentinel.port} knows no master ${name}`);
    } catch (error) {
      problems.push(`${sentinel.host}:${sentinel.port}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`no sentinel answers: ${problems.join("; ")}`);
}

async function ask({ host, port }: Address, name: string, deadline: number): Promise<Address | null> {
  const client = createClient({
    RESP: 2,
    disableClientInfo: true,
    maintNotifications: "disabled",
    socket: { host, port, reconnectStrategy: false, connectTimeout: deadline },
  });
  client.on("error", () => {});
  const late = setTimeout(() => client.destroy(), deadline);
  try {
    await client.connect();
    const answer = await client.sendCommand(["SENTINEL", "get-master-addr-by-name", name]);
    if (!Array.isArray(answer)) return null;
    return { host: String(answer[0]), port: Number(answer[1]) };
  } finally {
    clearTimeout(late);
    client.destroy();
  }
}
