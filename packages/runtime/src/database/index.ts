export { type DatabaseScopeOptions, databaseMiddleware, fastifyDatabase, honoDatabase } from "./carriers/adapters.ts";
export type { Exchange, TokenCarrier } from "./carriers/carrier.ts";
export { sessionToken, type TokenSession } from "./carriers/session-token.ts";
export { type SignedTokenOptions, signedToken } from "./carriers/signed-token.ts";
export { openDatabase, type ReadOptions, RoutingPool, type ScopeOptions } from "./database.ts";
export { type MigrateOptions, migrate } from "./migrations.ts";
export type { DatabaseOptions } from "./options.ts";
export { type Outcome, outcomeOf } from "./outcome.ts";
