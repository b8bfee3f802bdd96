import { resolve } from "node:path";
import { Fault } from "../../fault/fault.ts";
import type { CommandDefinition } from "../command.ts";
import { followAndReport } from "../watch.ts";

export const importDump: CommandDefinition = {
  name: "import",
  usage: "<dump>",
  summary: "take over a database that pg_dump or pg_dumpall has written to a file",
  description:
    "Loads it beside the application's database, in one transaction, and then puts it in its place while clients wait. All of it belongs to the application's role, whoever owned it. Plain SQL (also compressed), custom, tar and directory formats are known by their content.",
  options: [
    { flags: "--replace", description: "although the database has tables; it is kept under another name" },
    { flags: "--database <name>", description: "the one to take, from a dump of several" },
  ],
  examples: [
    { run: "tenfold import shop.dump", does: "fill the new fleet's database" },
    {
      run: "tenfold import all.sql.gz --database shop --replace",
      does: "take one of several, instead of what is there",
    },
  ],
  run: async (context, input) => {
    const [file = ""] = input.words;
    const replace = input.has("replace");
    const dump = { path: resolve(process.cwd(), file), database: input.text("database"), replace };
    if (replace && !context.options.dryRun && !(await context.confirm("Replace the database of this fleet?")))
      throw new Fault("TF_CANCELLED", "nothing was imported");
    return followAndReport(context, (watch) => context.target.import(dump, watch));
  },
};
