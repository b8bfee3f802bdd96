import type { CommandDefinition } from "../command.ts";
import { backup } from "./backup.ts";
import { config } from "./config.ts";
import { deploy } from "./deploy.ts";
import { doctor } from "./doctor.ts";
import { down } from "./down.ts";
import { drill } from "./drill.ts";
import { exec } from "./exec.ts";
import { failover } from "./failover.ts";
import { health } from "./health.ts";
import { importDump } from "./import.ts";
import { init } from "./init.ts";
import { load } from "./load.ts";
import { logs } from "./logs.ts";
import { plan } from "./plan.ts";
import { ps } from "./ps.ts";
import { psql } from "./psql.ts";
import { redisCli } from "./redis-cli.ts";
import { releases } from "./releases.ts";
import { restart } from "./restart.ts";
import { restore } from "./restore.ts";
import { rollback } from "./rollback.ts";
import { scale } from "./scale.ts";
import { simulate } from "./simulate.ts";
import { up } from "./up.ts";

/** Every command, in the order in which people meet them. */
export const COMMANDS: readonly CommandDefinition[] = [
  init,
  up,
  ps,
  scale,
  logs,
  restart,
  deploy,
  rollback,
  releases,
  failover,
  backup,
  restore,
  importDump,
  drill,
  health,
  config,
  doctor,
  simulate,
  exec,
  psql,
  redisCli,
  load,
  plan,
  down,
];
