import { defineScript, type Script } from "../../redis/index.ts";

// What most jobs need, many at a time: they do to the keys of BullMQ what its own scripts do for one, without its stream of
// events, which nobody reads here. Keys of jobs are <prefix>:<queue>:<id>; the marker wakes a worker that waits.

/** Bytes of jobs' data, beyond which a command takes no more jobs. */
export const LARGE = 1_000_000;

/**
 * Keys: wait, marker, count of all that ever came. Arguments: prefix of jobs' keys, now in milliseconds, then id, task, data and options of each job.
 * Adds them at the end, in their order. One that is there already is left: a command may be sent again.
 */
export const ADD: Script = defineScript(`
local jobs, now, ids = ARGV[1], ARGV[2], {}
for at = 3, #ARGV, 4 do
  local id = ARGV[at]
  local key = jobs .. id
  if redis.call("EXISTS", key) == 0 then
    redis.call("HSET", key, "name", ARGV[at + 1], "data", ARGV[at + 2], "opts", ARGV[at + 3],
      "timestamp", now, "delay", 0, "priority", 0)
    ids[#ids + 1] = id
  end
end
if #ids == 0 then return 0 end
redis.call("LPUSH", KEYS[1], unpack(ids))
redis.call("ZADD", KEYS[2], 0, "0")
redis.call("INCRBY", KEYS[3], #ids)
return #ids`);

/** What `TURN` gives of a job, in this order. */
const FIELDS = [
  "name",
  "data",
  "opts",
  "timestamp",
  "delay",
  "priority",
  "ats",
  "atm",
  "stc",
  "progress",
  "deid",
  "defa",
  "failedReason",
  "stacktrace",
] as const;

/**
 * Keys: wait, active, prioritized, delayed, stalled, meta, pc, marker. Arguments: prefix of jobs' keys, now and the time of a
 * lock in milliseconds, then of each job that is done: id, token, 1 when another is wanted for its token, and the name under
 * which it was enqueued once, or nothing.
 *
 * Takes those out that are done, and gives as many others into their tokens' hands. Gives:
 * 1. of each, 1 when it was taken out, or 0 when it was left as it was: its lock is another's, or it does not run;
 * 2. ids and fields of the others;
 * 3. when there were not enough: since when there may be one, in milliseconds (0: nobody knows), or -1: this script cannot
 *    tell, as when the queue is paused or those that were taken are large.
 */
export const TURN: Script = defineScript(`
local wait, active, prioritized, delayed = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local jobs, now, lock = ARGV[1], ARGV[2], ARGV[3]

local ends, ids, gone, tokens = {}, {}, {}, {}
for at = 4, #ARGV, 4 do
  local id, token, once = ARGV[at], ARGV[at + 1], ARGV[at + 3]
  local key = jobs .. id
  local done = redis.call("GET", key .. ":lock") == token and redis.call("LREM", active, -1, id) == 1
  ends[#ends + 1] = done and 1 or 0
  if done then
    ids[#ids + 1] = id
    gone[#gone + 1] = key
    gone[#gone + 1] = key .. ":lock"
    if ARGV[at + 2] == "1" then tokens[#tokens + 1] = token end
    -- A name that is remembered for a time stays; one that ends with its job does.
    if once ~= "" then
      local name = jobs .. "de:" .. once
      if redis.call("PTTL", name) == -1 and redis.call("GET", name) == id then redis.call("DEL", name) end
    end
  end
end
if #ids > 0 then
  redis.call("DEL", unpack(gone))
  redis.call("SREM", KEYS[5], unpack(ids))
end
if #tokens == 0 then return {ends, {}, -1} end

local meta = redis.call("HMGET", KEYS[6], "paused", "concurrency", "max")
if meta[1] or meta[2] or meta[3] then return {ends, {}, -1} end

local due = redis.call("ZRANGEBYSCORE", delayed, 0, (now + 1) * 4096 - 1, "LIMIT", 0, 1000)
if #due > 0 then redis.call("ZREM", delayed, unpack(due)) end
for _, id in ipairs(due) do
  local priority = tonumber(redis.call("HGET", jobs .. id, "priority") or 0)
  if priority == 0 then redis.call("LPUSH", wait, id)
  else redis.call("ZADD", prioritized, priority * 4294967296 + redis.call("INCR", KEYS[7]) % 4294967296, id) end
  redis.call("HSET", jobs .. id, "delay", 0)
end

local function take()
  local id = redis.call("RPOPLPUSH", wait, active)
  if id then return id end
  id = redis.call("ZPOPMIN", prioritized)[1]
  if id then redis.call("LPUSH", active, id) else redis.call("DEL", KEYS[7]) end
  return id
end

local taken, size = {}, 0
while #taken < #tokens and size < ${LARGE} do
  local id = take()
  if not id then
    local first = redis.call("ZRANGE", delayed, 0, 0, "WITHSCORES")
    if #taken > 0 then redis.call("ZADD", KEYS[8], 0, "0") end
    return {ends, taken, first[2] and math.floor(first[2] / 4096) or 0}
  end
  local key = jobs .. id
  local found = redis.call("HMGET", key, "${FIELDS.join('", "')}")
  if found[1] then
    redis.call("SET", key .. ":lock", tokens[#taken + 1], "PX", lock)
    redis.call("HSET", key, "processedOn", now, "ats", (found[${FIELDS.indexOf("ats") + 1}] or 0) + 1)
    found[#found + 1] = id
    size = size + #found[2]
    taken[#taken + 1] = found
  else
    redis.call("LREM", active, 1, id)
  end
end
redis.call("ZADD", KEYS[8], 0, "0")
return {ends, taken, -1}`);
