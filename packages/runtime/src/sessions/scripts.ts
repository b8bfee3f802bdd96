import { defineScript, type Script } from "../redis/index.ts";

/*
 * A session is a hash, `sess:<hash of the id>`: `u` its user, `c` when it was created, `a` when it ends at the latest, `x`
 * when it ends without a further request (all in milliseconds since 1970), and `f:<name>` the fields, each as JSON. It
 * ends by itself at the earlier of `a` and `x`. `sess-user:<user>` is the sorted set of a user's sessions by `a`.
 * Whoever finds no `a` changes nothing: a session that was ended stays ended. What was ended or has another id by now is
 * buried: for a minute its key holds nothing but `m`, so that a request that is still under way with the old id neither
 * revives it nor starts another session in its place.
 */

const BURY = `
local function bury(key)
  redis.call('DEL', key)
  redis.call('HSET', key, 'm', 1)
  redis.call('PEXPIRE', key, 60000)
end
local function lives(key) return redis.call('HEXISTS', key, 'a') == 1 end
`;

/** Sets the fields of ARGV[first..], given as how many to set, pairs, then names to delete. */
const WRITE_FIELDS = `
local function write(key, first)
  local sets = tonumber(ARGV[first])
  for at = first + 1, first + 2 * sets, 2 do redis.call('HSET', key, 'f:' .. ARGV[at], ARGV[at + 1]) end
  for at = first + 2 * sets + 1, #ARGV do redis.call('HDEL', key, 'f:' .. ARGV[at]) end
end
`;

/** Prolongs, but not beyond the absolute end. Returns false when that has come. */
const RENEW = `
local function renew(key, now, idle)
  local last = tonumber(redis.call('HGET', key, 'a'))
  local ends = math.min(now + idle, last)
  if ends <= now then redis.call('DEL', key) return false end
  redis.call('HSET', key, 'x', string.format('%.0f', ends))
  redis.call('PEXPIRE', key, string.format('%.0f', ends - now))
  return true
end
`;

/** KEYS: the session. ARGV: now, idle. Returns 1, or 0 when it is gone. */
export const TOUCH: Script = defineScript(`${BURY}${RENEW}
if not lives(KEYS[1]) then return 0 end
return renew(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])) and 1 or 0
`);

/** KEYS: the session. ARGV: now, idle, fields. Returns 1, or 0 when it is gone: then nothing is written. */
export const SAVE: Script = defineScript(`${BURY}${WRITE_FIELDS}${RENEW}
if not lives(KEYS[1]) then return 0 end
write(KEYS[1], 3)
return renew(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])) and 1 or 0
`);

/** KEYS: the session, which must be new. ARGV: now, idle, absolute, fields. */
export const CREATE: Script = defineScript(`${BURY}${WRITE_FIELDS}${RENEW}
local now = tonumber(ARGV[1])
redis.call('HSET', KEYS[1], 'c', ARGV[1], 'a', string.format('%.0f', now + tonumber(ARGV[3])))
write(KEYS[1], 4)
renew(KEYS[1], now, tonumber(ARGV[2]))
return 1
`);

/**
 * Gives a session another id. KEYS: the old one, the new one. ARGV: now, idle, absolute, user, old hash, new hash,
 * channel, prefix of the users' sets, fields. With a user it is a login: the absolute end is counted anew, and what
 * another user has left in the session is not taken along. Without, a session that is gone stays gone: returns 0.
 */
export const ROTATE: Script = defineScript(`${BURY}${WRITE_FIELDS}${RENEW}
local now, user = tonumber(ARGV[1]), ARGV[4]
local before = redis.call('HGET', KEYS[1], 'u')
local exists = lives(KEYS[1])
if user == '' and not exists then return 0 end
if exists then
  if before then redis.call('ZREM', ARGV[8] .. before, ARGV[5]) end
  if not (user ~= '' and before and before ~= user) then redis.call('RENAME', KEYS[1], KEYS[2]) end
  bury(KEYS[1])
  redis.call('PUBLISH', ARGV[7], 'moved ' .. ARGV[5])
end
if user ~= '' then
  redis.call('HSET', KEYS[2], 'u', user, 'c', ARGV[1], 'a', string.format('%.0f', now + tonumber(ARGV[3])))
else user = before end
write(KEYS[2], 9)
if not renew(KEYS[2], now, tonumber(ARGV[2])) then return 0 end
if user then
  local set, last = ARGV[8] .. user, redis.call('HGET', KEYS[2], 'a')
  redis.call('ZREMRANGEBYSCORE', set, '-inf', ARGV[1])
  redis.call('ZADD', set, last, ARGV[6])
  redis.call('PEXPIRE', set, string.format('%.0f', tonumber(redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')[2]) - now))
end
return 1
`);

/** KEYS: the session. ARGV: its hash, channel, prefix of the users' sets. Returns how many were ended. */
export const END: Script = defineScript(`${BURY}
local user = redis.call('HGET', KEYS[1], 'u')
local ended = lives(KEYS[1]) and 1 or 0
bury(KEYS[1])
if user then redis.call('ZREM', ARGV[3] .. user, ARGV[1]) end
redis.call('PUBLISH', ARGV[2], 'ended ' .. ARGV[1])
return ended
`);

/** KEYS: the user's set. ARGV: prefix of sessions, channel, hash to spare or ''. Returns how many were ended. */
export const END_ALL: Script = defineScript(`${BURY}
local ended = 0
for _, one in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if one ~= ARGV[3] then
    if lives(ARGV[1] .. one) then ended = ended + 1 end
    bury(ARGV[1] .. one)
    redis.call('ZREM', KEYS[1], one)
    redis.call('PUBLISH', ARGV[2], 'ended ' .. one)
  end
end
return ended
`);

/**
 * KEYS: the session. ARGV: field, expected JSON or '' for none, new JSON or '' to delete. Returns 1, or 0 with what is
 * there instead, or -1 when the session is gone.
 */
export const SWAP: Script = defineScript(`${BURY}
if not lives(KEYS[1]) then return {-1, ''} end
local field = 'f:' .. ARGV[1]
local found = redis.call('HGET', KEYS[1], field) or ''
if found ~= ARGV[2] then return {0, found} end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], field) else redis.call('HSET', KEYS[1], field, ARGV[3]) end
return {1, ARGV[3]}
`);

/** KEYS: the session. ARGV: field, by. Returns the new number, or nothing when the session is gone. */
export const INCREMENT: Script = defineScript(`${BURY}
if not lives(KEYS[1]) then return false end
return redis.call('HINCRBY', KEYS[1], 'f:' .. ARGV[1], ARGV[2])
`);
