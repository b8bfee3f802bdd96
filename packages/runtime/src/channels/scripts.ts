import { defineScript, type Script } from "../redis/index.ts";

/*
 * `channels:log:<room>` is the stream of a room's last messages, each with `p`, the id of the one before, and `d`, its JSON.
 * `channels:here:<room>` is the sorted set of who is there, `<instance> <user>`, by when it ends without being said again;
 * `channels:users:<room>` counts the instances of each user.
 */

/** KEYS: log. ARGV: JSON, how many are kept, for how long (ms), channel. Returns the id. */
export const PUBLISH: Script = defineScript(`
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local previous = last[1] and last[1][1] or '0-0'
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'p', previous, 'd', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[4], id .. ' ' .. previous .. ' ' .. ARGV[1])
return id
`);

/** KEYS: log. ARGV: id. Returns what came after it, and the last of all. */
export const AFTER: Script = defineScript(`
return {redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+'), redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)}
`);

const PRESENCE = `
local now, channel = tonumber(ARGV[1]), ARGV[2]
local function change(user, by)
  local count = redis.call('HINCRBY', KEYS[2], user, by)
  if count <= 0 then redis.call('HDEL', KEYS[2], user) end
  if by > 0 and count == 1 then redis.call('PUBLISH', channel, '+ ' .. user) end
  if by < 0 and count <= 0 then redis.call('PUBLISH', channel, '- ' .. user) end
end
local function userOf(member) return string.sub(member, string.find(member, ' ', 1, true) + 1) end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  redis.call('ZREM', KEYS[1], member)
  change(userOf(member), -1)
end
`;

/** KEYS: here, users, log. ARGV: now, channel, until, log kept for (ms), members. Says that these are there; returns all users. */
export const ENTER: Script = defineScript(`${PRESENCE}
for at = 5, #ARGV do
  if redis.call('ZADD', KEYS[1], ARGV[3], ARGV[at]) == 1 then change(userOf(ARGV[at]), 1) end
end
local left = tonumber(ARGV[3]) - now
if left > 0 then
  redis.call('PEXPIRE', KEYS[1], left * 2)
  redis.call('PEXPIRE', KEYS[2], left * 2)
end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return redis.call('HKEYS', KEYS[2])
`);

/** KEYS: here, users. ARGV: now, channel, members. */
export const LEAVE: Script = defineScript(`${PRESENCE}
for at = 3, #ARGV do
  if redis.call('ZREM', KEYS[1], ARGV[at]) == 1 then change(userOf(ARGV[at]), -1) end
end
return 1
`);
