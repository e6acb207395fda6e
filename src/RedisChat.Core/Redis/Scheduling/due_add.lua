-- Adds a scheduled message to what is due, before the message itself is stored.
-- KEYS[1] sorted set: what is due in a part of the directory, by time
-- ARGV[1] when it is due, in µs
-- ARGV[2] the rest of the entry, after the time at which it was created
-- Returns the time at which the entry was created, in µs, by the server's clock.
local clock = redis.call('TIME')
local created = clock[1] .. string.format('%06d', clock[2])
redis.call('ZADD', KEYS[1], ARGV[1], created .. ARGV[2])
return created
