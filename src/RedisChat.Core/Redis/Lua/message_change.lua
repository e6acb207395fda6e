-- Replaces or deletes one message, if it still is what the client read.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: the message's bucket
-- KEYS[3]  sorted set: the room's change log
-- KEYS[4]  channel: the room's live events
-- ARGV[1]  the message's id
-- ARGV[2]  its value as the client read it
-- ARGV[3]  the new value up to the time of the change; empty to delete the message
-- ARGV[4]  the new value after the time of the change
-- ARGV[5]  how many changes the log keeps
-- ARGV[6]  of a message to be deleted: its time, which a reader's position may have to be checked against
-- ARGV[7]  how to publish: PUBLISH, or on a cluster SPUBLISH
-- Returns {1, revision}; or {0, value} where the message is another by now (no value: it is gone), and nothing is written.

-- Lua takes '0x10', '1e3' and 'nan' for numbers too, and counts exactly up to 2^53 only.
local function counter(text)
  return text and #text <= 16 and string.match(text, '^%d+$') and tonumber(text) < 9e15 and tonumber(text)
end

local id = ARGV[1]
local current = redis.call('HGET', KEYS[2], id)
if current ~= ARGV[2] then
  return {0, current}
end

local room = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'at', 'rev', 'count')
local before, count = counter(room[4] or '0'), counter(room[5] or '0')
local has_epoch = room[1] and #room[1] <= 16 and string.match(room[1], '^[1-9a-f][0-9a-f]*$')
if not (has_epoch and counter(room[2]) and counter(room[3]) and before and count) then
  return {err = 'CHATDATA the room has no valid counters'}
end
local clock = redis.call('TIME')
local revision = math.max(tonumber(clock[1]) * 1000000 + tonumber(clock[2]), before + 1)
local now = string.format('%d', revision)
local deleted = ARGV[3] == ''
local value = ARGV[3] .. now .. ARGV[4]

-- HDEL comes first, for Redis refuses ZADD when memory is full, but not once a script has begun to write:
-- so messages can still be deleted then.
if deleted then
  redis.call('HDEL', KEYS[2], id)
else
  redis.call('HSET', KEYS[2], id, value)
end

-- The log begins with an entry of revision 0, for readers who saw the room before its first change: while it is there,
-- nothing was trimmed. Of what is written only this key has not been read before, so it may hold another type.
local entry = now .. ':' .. id .. (deleted and ':' .. ARGV[6] or '')
local head = {deleted and 'd' or 'e', room[1], room[2], room[3], now, room[4] or '0', id}
local steps = {
  before == 0 and {'ZADD', KEYS[3], 0, '0', now, entry} or {'ZADD', KEYS[3], now, entry},
  {'ZREMRANGEBYRANK', KEYS[3], 0, -1 - tonumber(ARGV[5])},
  {ARGV[7], KEYS[4], table.concat(head, ' ') .. (deleted and '' or '\n' .. value)},
}
for step = 1, #steps do
  local result = redis.pcall(unpack(steps[step]))
  if type(result) == 'table' and result.err then
    if step > 1 then
      redis.call('ZREM', KEYS[3], entry)
    end
    redis.call('HSET', KEYS[2], id, current)
    return result
  end
end

redis.call('HSET', KEYS[1], 'rev', now, 'count', string.format('%d', deleted and math.max(count - 1, 0) or count))
return {1, revision}
