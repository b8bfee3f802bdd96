import { Fault } from "../../fault/fault.ts";
import type { CommandDefinition } from "../command.ts";
import { runProgram } from "../run-program.ts";

export const redisCli: CommandDefinition = {
  name: "redis-cli",
  usage: "[arguments...]",
  summary: "open redis-cli on the fleet's Redis",
  description: "Connects to the master. Arguments are redis-cli's own.",
  options: [{ flags: "--cache", description: "connect to the cache instead" }],
  examples: [
    { run: "tenfold redis-cli INFO replication", does: "see who follows the master" },
    { run: "tenfold redis-cli --cache INFO stats", does: "hits and misses of the cache" },
  ],
  passThrough: true,
  run: async ({ target, options }, input) => {
    const environment = await target.environment(null);
    const url = environment[input.has("cache") ? "REDIS_CACHE_URL" : "REDIS_URL"];
    if (url === undefined)
      throw new Fault("TF_NOT_CONFIGURED", "this fleet has no Redis", { hint: "write redis: true to the fleet file" });
    const { hostname, port, username, password, protocol } = new URL(url);
    const user = username === "" ? [] : ["--user", decodeURIComponent(username)];
    const tls = protocol === "rediss:" ? ["--tls"] : [];
    return runProgram(
      ["redis-cli", "-h", hostname, "-p", port === "" ? "6379" : port, ...user, ...tls, ...input.words],
      {
        directory: options.directory,
        environment: { ...process.env, REDISCLI_AUTH: decodeURIComponent(password) },
      },
    );
  },
};
