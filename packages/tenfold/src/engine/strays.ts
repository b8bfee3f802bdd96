import type { Driver } from "../drivers/driver.ts";
import type { MemberName } from "../fleet/member.ts";
import { seconds } from "../units/millis.ts";
import { stopProcess } from "./stop-process.ts";

const GRACE = seconds(10);

/**
 * Stops what a fleet left running whose state was lost: it holds data directories and ports that the new one needs. The
 * data tier goes last. Gives the names.
 */
export async function endStrays(driver: Driver, logs: string, hurry: AbortSignal): Promise<MemberName[]> {
  const strays = driver.strays(logs, []);
  const isData = (name: MemberName): boolean => /^(postgres|redis)-/.test(name);
  for (const chosen of [
    strays.filter(({ member }) => !isData(member)),
    strays.filter(({ member }) => isData(member)),
  ]) {
    await Promise.all(
      chosen.map(({ member, running }) => {
        // PostgreSQL's SIGTERM would wait for its clients.
        const signal = member.startsWith("postgres-") ? "SIGINT" : "SIGTERM";
        return stopProcess(driver, running, { signal, grace: GRACE }, hurry);
      }),
    );
  }
  return strays.map(({ member }) => member);
}
