// npm start [-- -d]: installs what is missing, then runs the example's fleet until Ctrl-C.
import { ensureEngines, ensureTools } from "./bootstrap.mjs";
import { tenfold } from "./tenfold.mjs";

ensureTools();
await ensureEngines(["haproxy", "postgres", "pgbouncer", "redis-server"]);
process.exitCode = await tenfold(["up", ...process.argv.slice(2)]);
