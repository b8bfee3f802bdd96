import { Fault } from "../../fault/fault.ts";
import type { Member } from "../../fleet/member.ts";
import { logFile } from "../../fleet/paths.ts";
import { bytes } from "../../units/bytes.ts";
import type { Context } from "../service.ts";

/** The fault of a reload whose workers did not come, with what the balancer wrote last. */
export async function notTaken({ fleet, driver }: Context, member: Member): Promise<Fault> {
  const log = (await driver.readText(logFile(fleet.paths, member.name), bytes(4096))) ?? "";
  return new Fault("TF_CONFIG_REJECTED", `${member.name} did not start workers with its new configuration`, {
    hint: `what ran before goes on; look at: tenfold logs ${member.name}`,
    lines: log.trimEnd().split("\n").slice(-10),
  });
}
