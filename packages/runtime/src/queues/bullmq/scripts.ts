import { defineScript, type Script } from "../../redis/index.ts";

// A lane is a sorted set of ids in the order in which they came. Keys of jobs are those of BullMQ: <prefix>:<queue>:<id>.

/**
 * Drops from the front whatever is no job any more: it has just ended, or its worker died between the job's end and the
 * lane's. Whoever moves up by that is told to run: those at the front that are put aside. One that is to be tried again
 * keeps its place where order counts, and comes by itself.
 */
const FRONT = `
local lane, jobs, delayed, limit, ordered = KEYS[1], ARGV[1], KEYS[2], tonumber(ARGV[2]), ARGV[3] == "1"
local function front()
  local told = {}
  for _, id in ipairs(redis.call("ZRANGE", lane, 0, limit - 1)) do
    if redis.call("EXISTS", jobs .. id) == 0 then
      redis.call("ZREM", lane, id)
      return front()
    end
    if redis.call("ZSCORE", delayed, id) then
      local failures = tonumber(redis.call("HGET", jobs .. id, "atm") or 0)
      if not ordered or failures == 0 then told[#told + 1] = id end
    end
  end
  return told
end`;

/**
 * Keys: lane, delayed jobs, counter. Arguments: prefix of jobs' keys, limit, 1 when ordered, id. The id goes to the end of
 * the lane unless it is in it. Gives its rank, then who is to be told to run.
 */
export const ENTER: Script = defineScript(`${FRONT}
if not redis.call("ZSCORE", lane, ARGV[4]) then redis.call("ZADD", lane, redis.call("INCR", KEYS[3]), ARGV[4]) end
local told = front()
table.insert(told, 1, redis.call("ZRANK", lane, ARGV[4]))
return told`);

/** Keys: lane, delayed jobs. Arguments: prefix of jobs' keys, limit, 1 when ordered, id. Gives who is to be told to run. */
export const LEAVE: Script = defineScript(`${FRONT}
redis.call("ZREM", lane, ARGV[4])
return front()`);

/**
 * Keys: wait, prioritized, delayed, active, failed. Arguments: prefix of jobs' keys, now in milliseconds. Gives waiting,
 * delayed, running, dead, and since when the oldest that could run waits (0: none does).
 */
export const MEASURE: Script = defineScript(`
local now = tonumber(ARGV[2])
local overdue = redis.call("ZCOUNT", KEYS[3], "-inf", now * 4096)
local wait = redis.call("LLEN", KEYS[1])
local prioritized = redis.call("ZCARD", KEYS[2])
local oldest = 0
local function consider(id)
  if not id then return end
  local found = redis.call("HMGET", ARGV[1] .. id, "timestamp", "delay", "processedOn")
  local since = tonumber(found[3] or found[1] or 0) + tonumber(found[2] or 0)
  if since > 0 and (oldest == 0 or since < oldest) then oldest = since end
end
consider(redis.call("LINDEX", KEYS[1], -1))
consider(redis.call("ZRANGE", KEYS[2], 0, 0)[1])
if overdue > 0 then
  local due = math.floor(tonumber(redis.call("ZRANGE", KEYS[3], 0, 0, "WITHSCORES")[2]) / 4096)
  if oldest == 0 or due < oldest then oldest = due end
end
return {
  wait + prioritized + overdue,
  redis.call("ZCARD", KEYS[3]) - overdue,
  redis.call("LLEN", KEYS[4]),
  redis.call("ZCARD", KEYS[5]),
  tostring(oldest),
}`);
