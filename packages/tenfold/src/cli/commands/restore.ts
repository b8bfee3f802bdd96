import type { CommandDefinition } from "../command.ts";

export const restore: CommandDefinition = {
  name: "restore",
  usage: "[backup]",
  summary: "bring data back, as it was at a backup or at any moment since",
  description:
    "Fetches a backup beside the fleet, which runs on, then stops what uses the data, puts it in place, and starts everything again. What it replaces is kept until the next backup, and comes back if the restore fails. It asks first. A backup is one of those that tenfold backup --list shows; without one, the newest, or with --to the last before that moment.",
  options: [
    { flags: "--to <moment>", description: 'a time, "15m ago", or latest: the log is played back up to it' },
    { flags: "--only <parts>", description: "of postgres, redis and storage, only these: postgres,storage" },
    {
      flags: "--into <directory>",
      description:
        "into a new fleet in another directory, and leave this one alone; one that fails leaves nothing there",
    },
    { flags: "--from <place>", description: "from another place than backups.to: a directory or s3://bucket/prefix" },
  ],
  examples: [
    { run: "tenfold restore", does: "go back to the newest backup" },
    { run: 'tenfold restore --to "2026-11-25 10:30"', does: "go back to a moment" },
    { run: "tenfold restore --to latest --into ../copy", does: "make a second fleet with the same data" },
    { run: "tenfold restore --from /mnt/backups --to latest", does: "bring a fleet back on a new machine" },
  ],
  run: async (context, input) => (await import("../work/restore.ts")).restoreFleet(context, input),
};
