import { Fault } from "../../fault/fault.ts";
import type { Strategy } from "../../spec/deploy/deploy.ts";
import { type Percent, parsePercent } from "../../units/percent.ts";
import type { CommandDefinition, Input } from "../command.ts";
import { followAndReport } from "../watch.ts";

const STRATEGIES: readonly Strategy[] = ["rolling", "blue-green"];

function parseStrategy(text: string | null): Strategy | null {
  const found = STRATEGIES.find((strategy) => strategy === text);
  if (text === null || found !== undefined) return found ?? null;
  throw new Fault("TF_ARGUMENT", `there is no strategy ${JSON.stringify(text)}`, {
    hint: `write ${STRATEGIES.join(" or ")}`,
  });
}

function parseShare(text: string | null): Percent | null {
  if (text === null) return null;
  const share = parsePercent(text);
  if (share !== undefined && share > 0 && share < 100) return share;
  throw new Fault("TF_ARGUMENT", `--canary is ${JSON.stringify(text)}`, {
    hint: "write a share of the requests, such as 10%",
  });
}

function refuseWithPromote(input: Input): void {
  const other = ["strategy", "canary", "revision"].find((name) => input.text(name) !== null);
  if (other !== undefined)
    throw new Fault("TF_ARGUMENT", `--promote and --${other} do not go together`, {
      hint: "--promote rolls out the release that is on trial, as it is",
    });
}

export const deploy: CommandDefinition = {
  name: "deploy",
  usage: "",
  summary: "make a release of the code and roll it out, dropping nothing",
  description:
    "Copies the code, builds it, runs the release command, then replaces the instances; the release before it serves until then, and again when anything fails. Blue-green starts a whole new set, switches at once, and keeps the former one warm for a rollback.",
  options: [
    { flags: "--strategy <strategy>", description: "rolling or blue-green; the file's when absent" },
    {
      flags: "--revision <revision>",
      description: "a commit, branch or tag of git, instead of the directory as it is",
    },
    { flags: "--canary <share>", description: "put the release on trial with a share of the requests, such as 10%" },
    { flags: "--promote", description: "roll out the release that is on trial" },
    { flags: "--force", description: "deploy although nothing has changed" },
  ],
  examples: [
    { run: "tenfold deploy", does: "deploy the directory as it is now" },
    {
      run: "tenfold deploy --revision v1.4.0 --strategy blue-green",
      does: "deploy a tag, all at once, with an instant way back",
    },
    { run: "tenfold deploy --canary 10%", does: "let one request in ten see it; then deploy --promote, or rollback" },
  ],
  run: async (context, input) => {
    const { target } = context;
    if (input.has("promote")) {
      refuseWithPromote(input);
      return followAndReport(context, (watch) => target.promote(watch));
    }
    const strategy = parseStrategy(input.text("strategy"));
    const canary = parseShare(input.text("canary"));
    if (strategy !== null && canary !== null)
      throw new Fault("TF_ARGUMENT", "--strategy and --canary do not go together", {
        hint: "a release on trial is rolled out by deploy --promote",
      });
    const { deployProject } = await import("../work/deploy.ts");
    return deployProject(context, { strategy, canary, revision: input.text("revision"), force: input.has("force") });
  },
};
