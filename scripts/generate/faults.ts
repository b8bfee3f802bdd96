import { CATALOGUE, EXIT_CODES } from "../../packages/tenfold/src/fault/catalogue.ts";
import { GENERATED, tableOf } from "./page.ts";

/** docs/reference/faults.md. */
export function faultsPage(): string {
  const rows = Object.entries(CATALOGUE).map(([code, { exit, when }]) => [`\`${code}\``, `${EXIT_CODES[exit]}`, when]);
  return [
    "# Faults",
    "",
    GENERATED,
    "",
    "A fault is a failure that you can act on. It has a code, a message with what was found, often the lines that show it,",
    "and a hint with what would be right:",
    "",
    "```",
    "error: port 8080 on 127.0.0.1 is taken by node server.js (pid 4242) (TF_PORT_TAKEN)",
    "hint: stop that process, or write another balancer.port; without balancer.port, Tenfold chooses a free one",
    "```",
    "",
    'With `--json`, the same is one line on standard output: `{ "version": 1, "error": { "code", "message", "hint", "lines" } }`.',
    "Codes stay; messages and hints may get better. Those of the SDK are in [runtime-faults](runtime-faults.md).",
    "",
    ...tableOf(["code", "exit code", "when"], rows),
    "",
  ].join("\n");
}
