-- Claims what is due: for a while, no other process is given it.
-- KEYS[1] sorted set: what is due in a part of the directory, by time
-- ARGV[1] how long it is claimed, in µs
-- ARGV[2] the most entries to claim
-- Returns the server's time in µs, how long until the next entry is due, in µs ('-' if there is none), and then the claimed entries.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local reply = {string.format('%d', now), '-'}
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now), 'LIMIT', 0, ARGV[2])
for i = 1, #found do
  redis.call('ZADD', KEYS[1], string.format('%d', now + tonumber(ARGV[1])), found[i])
  reply[i + 2] = found[i]
end
local following = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '+inf', 'LIMIT', 0, 1)[1]
if following then
  reply[2] = string.format('%d', math.max(0, math.ceil(tonumber(redis.call('ZSCORE', KEYS[1], following)) - now)))
end
return reply
