import { defineFleet } from "tenfold";

export default defineFleet({
  name: "tutormax",
  web: { command: "node src/server.ts", instances: 3, health: "/health", sticky: "cookie" },
  workers: { reports: "node src/worker.ts" },
  scheduler: "node src/scheduler.ts",
  release: "node src/migrate.ts",
  postgres: { replicas: 2 },
  redis: { replicas: 1 },
});
