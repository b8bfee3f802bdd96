export type { ConnectionOptions } from "./connection.ts";
export { Connection } from "./connection.ts";
export type { RedisArgument, RedisPort, RedisRole, RedisState, SendOptions, Unsubscribe } from "./redis-port.ts";
export { defineScript, type Script } from "./script.ts";
export { type Follow, redisSource, type Source } from "./source.ts";
