import { clock } from "./deadline.ts";
import { Echo } from "./echo.ts";
import { readEnvironment } from "./environment.ts";
import { Health } from "./health.ts";
import { HttpServer } from "./http/server.ts";
import { routes } from "./routes.ts";
import { onShutdown } from "./shutdown.ts";
import { openSessions, openVisits } from "./stores.ts";

/** A web instance. It keeps nothing that another instance would miss. */

const { settings, log } = readEnvironment();
const [sessions, visits] = await Promise.all([openSessions(settings, log), openVisits(settings, log)]);
const health = new Health({ database: sessions.check, redis: visits.check }, clock);
const http = new HttpServer(routes({ settings, sessions: sessions.store, visits: visits.store, health }), log);
const echo = new Echo(http, settings);

onShutdown({
  log,
  deadline: 8_000,
  stop: async () => {
    await Promise.all([http.close(), echo.close()]);
    await Promise.all([sessions.close(), visits.close()]);
  },
});

const port = await http.listen(settings.port, settings.host);
log.info("listening", { host: settings.host, port, version: settings.version, started_in: Math.round(clock()) });
