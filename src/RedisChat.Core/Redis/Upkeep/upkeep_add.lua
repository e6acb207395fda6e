-- Adds a room to those that need work, before what makes the work necessary is written.
-- KEYS[1] sorted set: the rooms of a part of the directory that need work, by time
-- ARGV[1] the room's id
-- ARGV[2] when it needs work, in µs; empty for now
-- Returns nothing.
local at = tonumber(ARGV[2])
if not at then
  local clock = redis.call('TIME')
  at = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
end
-- Another score than before, so that whoever has claimed the room leaves the entry.
local present = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '')
if present and present <= at then
  at = present - 1
end
redis.call('ZADD', KEYS[1], string.format('%d', at), ARGV[1])
