import { defineScript, type Script } from "../redis/index.ts";

/**
 * The algorithm of `gcra.ts` by the server's clock, in microseconds. KEYS: one who is limited. ARGV: interval, burst, cost,
 * extra. Returns granted, remaining, retry after, reset: whole numbers, since the server cuts off what is behind the point.
 */
export const TAKE: Script = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local from = tonumber(redis.call('GET', KEYS[1]) or now)
if from < now then from = now end
local free = burst - (from - now) / interval
local available = math.floor(free + 0.000001)
if available < cost then
  if available < 0 then available = 0 end
  return {0, available, (cost - free) * interval + 0.5, from - now + 0.5}
end
local granted = cost + ARGV[4]
if available < granted then granted = available end
local arrival = from + granted * interval
redis.call('SET', KEYS[1], arrival, 'PX', math.ceil((arrival - now) / 1000))
return {granted, available - granted, 0, arrival - now + 0.5}
`);
