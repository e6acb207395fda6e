-- Ends a claim of an entry, unless something has changed the entry since.
-- KEYS[1] sorted set: what is due in a part of the directory, by time
-- ARGV[1] the entry
-- ARGV[2] the score that the claim gave it
-- ARGV[3] when it is due again, counted from now, in µs; empty to remove it
-- Returns 1 if it was as it was claimed, 0 if not.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[2]) then
  return 0
elseif ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  local clock = redis.call('TIME')
  redis.call('ZADD', KEYS[1], string.format('%d', tonumber(clock[1]) * 1000000 + tonumber(clock[2]) + tonumber(ARGV[3])), ARGV[1])
end
return 1
