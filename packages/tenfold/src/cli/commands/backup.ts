import { Fault } from "../../fault/fault.ts";
import type { CommandDefinition } from "../command.ts";

export const backup: CommandDefinition = {
  name: "backup",
  usage: "",
  summary: "copy all data while the fleet runs, and keep the copy",
  description:
    "Copies PostgreSQL, the durable Redis and the shared files, compressed, to the place that backups.to names. With --verify it is then restored beside the fleet and compared.",
  options: [
    {
      flags: "--verify [backup]",
      description: "try it by restoring it; with a name or latest: try that one, make none",
    },
    { flags: "--list", description: "list the backups that are kept" },
  ],
  examples: [
    { run: "tenfold backup", does: "make a backup now" },
    { run: "tenfold backup --verify latest", does: "restore the newest beside the fleet, and compare it" },
    { run: "tenfold backup --list", does: "see what can be restored" },
  ],
  run: async (context, input) => {
    const { backUp, listBackups } = await import("../work/backup.ts");
    const existing = input.text("verify");
    if (!input.has("list")) return backUp(context, { verify: input.has("verify"), existing });
    if (existing !== null || input.has("verify"))
      throw new Fault("TF_ARGUMENT", "--list and --verify do not go together");
    return listBackups(context);
  },
};
