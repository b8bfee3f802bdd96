export { Health, type HealthAnswer, openHealth } from "./health.ts";
export type { Status } from "./judge.ts";
export type { HealthOptions } from "./options.ts";
export { answerHealth, fastifyHealth, type HealthPaths, healthMiddleware, honoHealth, serveHealth } from "./routes.ts";
