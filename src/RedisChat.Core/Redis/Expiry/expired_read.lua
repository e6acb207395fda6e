-- Finds messages of a room that have expired.
-- KEYS[1] hash: the room
-- KEYS[2] sorted set: the messages that expire, by time
-- ARGV[1] the most messages to find
-- Returns how long new messages are kept, in µs ('-' if for good), how long until the next message expires, in µs ('-' if there is none), and then the ids.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local reply = {redis.call('HGET', KEYS[1], 'life') or '-', '-'}
local found = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%d', now), 'LIMIT', 0, ARGV[1])
for i = 1, #found do
  reply[i + 2] = found[i]
end
local following = redis.call('ZRANGEBYSCORE', KEYS[2], string.format('(%d', now), '+inf', 'LIMIT', 0, 1)[1]
if following then
  reply[2] = string.format('%d', math.max(0, math.ceil(tonumber(redis.call('ZSCORE', KEYS[2], following)) - now)))
end
return reply
