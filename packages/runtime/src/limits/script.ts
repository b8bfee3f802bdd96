import { defineScript, type Script } from "../redis/index.ts";

/**
 * The algorithm of `gcra.ts` by the server's clock, in microseconds. KEYS: one who is limited. ARGV: interval, burst, cost,
 * extra. Returns granted, remaining, retry after, reset.
 */
export const TAKE: Script = defineScript(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval, burst, cost, extra = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local from = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local free = burst - (from - now) / interval
local available = math.floor(free + 0.000001)
local function text(number) return string.format('%.0f', number) end
if available < cost then
  return {0, math.max(0, available), text((cost - free) * interval), text(from - now)}
end
local granted = math.min(available, cost + extra)
local arrival = from + granted * interval
redis.call('SET', KEYS[1], text(arrival), 'PX', math.max(1, math.ceil((arrival - now) / 1000)))
return {granted, available - granted, '0', text(arrival - now)}
`);
