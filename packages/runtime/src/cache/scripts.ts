import { defineScript, type Script } from "../redis/index.ts";

/*
 * An entry is a hash, `cache:e:<key>`: `v` the value as text, `f` until when it is fresh and `x` until when it is kept
 * (milliseconds of the server's clock), `s` when its making began (microseconds of that clock), `g` its tags, a line each.
 *
 * `cache:tags` and `cache:stale` are sorted sets of tags by when they were deleted and expired, and `cache:tags` has the
 * moment before which every entry counts as deleted, under the name `''`. An entry whose making began before one of its
 * tags was deleted is none. When the set itself is evicted no tagged entry counts, so that no deletion is forgotten.
 *
 * Whoever makes a value holds `cachelock:<key>`. Deleting an entry takes the lock away, so that a value that was made from
 * what was there before is not written after it.
 *
 * Instances track the prefix `cache:`, and are told of what they have written themselves as well: it is read once more
 * then. (The server's NOLOOP does not know scripts, and whose write came last is not told.) What is changed without there
 * being a key for it is set and deleted, so that it is told.
 */
const CLOCK = `
local time = redis.call('TIME')
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local millis = math.floor(micros / 1000)
local function text(number) return string.format('%.0f', number) end
local function tell(key) redis.call('SET', key, '1') redis.call('DEL', key) end
`;

/**
 * KEYS: entry, lock, tags, stale. ARGV: token or '' for not locking, milliseconds of the lock. Returns 1 and value, fresh
 * for, kept for, tags, whether locked to make it anew, now; or 2 and now when locked; or 3 and now when another makes it;
 * or 0.
 */
export const READ: Script = defineScript(`${CLOCK}
local token = ARGV[1]
local function lock() return token ~= '' and redis.call('SET', KEYS[2], token, 'NX', 'PX', ARGV[2]) and 1 or 0 end
local entry = redis.call('HMGET', KEYS[1], 'v', 'f', 'x', 's', 'g')
local base = redis.call('ZSCORE', KEYS[3], '')
if entry[1] then
  local since, fresh, good = tonumber(entry[4]), tonumber(entry[2]) - millis, true
  if base and since < tonumber(base) or not base and entry[5] ~= '' then good = false end
  for tag in string.gmatch(entry[5], '[^\\n]+') do
    local deleted, stale = redis.call('ZSCORE', KEYS[3], tag), redis.call('ZSCORE', KEYS[4], tag)
    if deleted and tonumber(deleted) >= since then good = false end
    if stale and tonumber(stale) >= since then fresh = 0 end
  end
  if good then
    local locked = fresh <= 0 and lock() or 0
    return {1, entry[1], text(fresh), text(tonumber(entry[3]) - millis), entry[5], locked, text(micros)}
  end
end
if token == '' then return {0} end
if not base then redis.call('ZADD', KEYS[3], text(micros), '') end
return {lock() == 1 and 2 or 3, text(micros)}
`);

/**
 * KEYS: entry, lock, tags. ARGV: token or '' for whatever was there before, value, fresh for, kept for, since or '' for now,
 * tags. Returns 1, or 0 when the lock is not held any more: then nothing is written.
 */
export const WRITE: Script = defineScript(`${CLOCK}
if ARGV[1] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
local since = ARGV[5] == '' and text(micros) or ARGV[5]
if ARGV[6] ~= '' then redis.call('ZADD', KEYS[3], 'NX', since, '') end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'f', text(millis + ARGV[3]), 'x', text(millis + ARGV[4]), 's', since, 'g', ARGV[6])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`);

/** KEYS: lock. ARGV: token. */
export const RELEASE: Script = defineScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/** KEYS: entry, lock. Returns whether there was one. */
export const DELETE: Script = defineScript(`${CLOCK}
redis.call('DEL', KEYS[2])
local was = redis.call('EXISTS', KEYS[1])
tell(KEYS[1])
return was
`);

/** KEYS: the set of tags to write to. ARGV: how long anything is kept at most, prefix of what is told, tags. */
export const MARK_TAGS: Script = defineScript(`${CLOCK}
local oldest = micros - tonumber(ARGV[1]) * 1000
local base = redis.call('ZSCORE', KEYS[1], '')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(oldest))
if base then redis.call('ZADD', KEYS[1], text(math.max(oldest, tonumber(base))), '') end
for at = 3, #ARGV do
  redis.call('ZADD', KEYS[1], text(micros), ARGV[at])
  tell(ARGV[2] .. ARGV[at])
end
return #ARGV - 2
`);

/** KEYS: tags, what is told. Everything counts as deleted. */
export const CLEAR: Script = defineScript(`${CLOCK}
redis.call('ZADD', KEYS[1], text(micros + 1), '')
tell(KEYS[2])
return 1
`);
