import type { CommandDefinition } from "../command.ts";
import { followAndReport, wholeNumber } from "../watch.ts";

export const rollback: CommandDefinition = {
  name: "rollback",
  usage: "[release]",
  summary: "go back to a release",
  description:
    "To the release that served when the current one was made, or to the one that is named: at once where a blue-green deploy kept it warm, otherwise by rolling its code out again. Ends a trial. Release commands do not run again.",
  options: [],
  examples: [
    { run: "tenfold rollback", does: "go back to the release that served before" },
    { run: "tenfold rollback 3", does: "go back to release 3" },
  ],
  run: (context, input) => {
    const to = input.words[0] === undefined ? null : wholeNumber(input.words[0], "the release", 1);
    return followAndReport(context, (watch) => context.target.rollback(to, watch));
  },
};
