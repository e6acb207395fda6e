-- Replaces wrapped data keys by the same keys, wrapped by another master key, as far as they are still as the client read them.
-- KEYS[1]  hash: the data keys
-- ARGV     for each key its name, its value as the client read it, and the new value
-- Returns the number of keys that were replaced
local replaced = 0
for i = 1, #ARGV, 3 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
    replaced = replaced + 1
  end
end
return replaced
