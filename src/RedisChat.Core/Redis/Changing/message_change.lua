-- Replaces or deletes one message, if what holds it still is what the client read.
-- KEYS[1]   hash: the room
-- KEYS[2]   hash: the message's bucket, or the sealed buckets
-- KEYS[3]   sorted set: the room's change log
-- KEYS[4]   channel: the room's live events
-- ARGV[1]   the message's id
-- ARGV[2]   the field of KEYS[2] that holds it: its id, or the number of its sealed bucket
-- ARGV[3]   what that field held when the client read it
-- ARGV[4]   of a sealed bucket: what the field shall hold; empty if no message is left. Of an open one: empty
-- ARGV[5]   of a message to be edited: its new value up to the time of the change; empty to delete it
-- ARGV[6]   the new value after the time of the change
-- ARGV[7]   of a message to be deleted: its time, which a reader's position may have to be checked against
-- ARGV[8]   of a message to be edited in a sealed bucket: the time of the change that the client has put into ARGV[4]; else empty
-- ARGV[9]   how many changes the log keeps
-- ARGV[10]  how to publish: PUBLISH, or on a cluster SPUBLISH
-- Returns {1, revision}; or where the field is another by now (no value: it is gone), or the time in ARGV[8] cannot be the change's revision,
-- {0, value, least revision there can be}, and nothing is written.

-- Lua takes '0x10', '1e3' and 'nan' for numbers too, and counts exactly up to 2^53 only.
local function counter(text)
  return text and #text <= 16 and string.match(text, '^%d+$') and tonumber(text) < 9e15 and tonumber(text)
end

local id, field, current = ARGV[1], ARGV[2], redis.call('HGET', KEYS[2], ARGV[2])
if not current then
  return {0, false, '0'}
end

local room = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'at', 'rev', 'count')
local before, count = counter(room[4] or '0'), counter(room[5] or '0')
local has_epoch = room[1] and #room[1] <= 16 and string.match(room[1], '^[1-9a-f][0-9a-f]*$')
if not (has_epoch and counter(room[2]) and counter(room[3]) and before and count) then
  return {err = 'CHATDATA the room has no valid counters'}
end
local clock = redis.call('TIME')
local time = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local revision = math.max(time, before + 1)
local wanted = tonumber(ARGV[8])
if wanted and current == ARGV[3] and wanted > before and wanted >= time - 1000000 and wanted <= math.max(time + 1000000, before + 1) then
  -- It is compressed already, so it cannot be given here. Where it is off by more than a second, the client does not know this server's clock.
  revision = wanted
elseif wanted or current ~= ARGV[3] then
  return {0, current, string.format('%d', revision)}
end
local now = string.format('%d', revision)
local deleted = ARGV[5] == ''
local value = ARGV[5] .. now .. ARGV[6]
local sealed = field ~= id
local content = sealed and ARGV[4] or deleted and '' or value

-- HDEL comes first, for Redis refuses HSET and ZADD when memory is full, but not once a script has begun to write:
-- so messages can still be deleted then.
if deleted then
  redis.call('HDEL', KEYS[2], field)
end
if content ~= '' then
  redis.call('HSET', KEYS[2], field, content)
end

-- The log begins with an entry of revision 0, for readers who saw the room before its first change: while it is there,
-- nothing was trimmed. Of what is written only this key has not been read before, so it may hold another type.
local entry = now .. ':' .. id .. (deleted and ':' .. ARGV[7] or '')
local head = {deleted and 'd' or 'e', room[1], room[2], room[3], now, room[4] or '0', id}
local steps = {
  before == 0 and {'ZADD', KEYS[3], 0, '0', now, entry} or {'ZADD', KEYS[3], now, entry},
  {'ZREMRANGEBYRANK', KEYS[3], 0, -1 - tonumber(ARGV[9])},
  {ARGV[10], KEYS[4], table.concat(head, ' ') .. (deleted and '' or '\n' .. value)},
}
for step = 1, #steps do
  local result = redis.pcall(unpack(steps[step]))
  if type(result) == 'table' and result.err then
    if step > 1 then
      redis.call('ZREM', KEYS[3], entry)
    end
    redis.call('HSET', KEYS[2], field, current)
    return result
  end
end

redis.call('HSET', KEYS[1], 'rev', now, 'count', string.format('%d', deleted and math.max(count - 1, 0) or count))
return {1, revision}
