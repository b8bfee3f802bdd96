export { type Cache, type Cached, openCache } from "./cache.ts";
export type { CacheStats } from "./figures.ts";
export type { CacheOptions, KeepOptions, SetOptions, WrapOptions } from "./options.ts";
