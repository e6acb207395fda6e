#!lua flags=no-writes
-- Finds out which of the chat's commands and keys the user's rights do not cover. Changes nothing: the first line marks the script as read-only
-- (Redis 7), and the server checks the rights for a write before it refuses the write for that reason.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: a bucket
-- KEYS[3]  hash: the sends of one time window
-- KEYS[4]  channel: the room's live events
-- KEYS[5]  string: the id list of an author
-- KEYS[6]  sorted set: the room's change log
-- KEYS[7]  hash: the sealed buckets
-- ARGV[1]  how to publish: PUBLISH, or on a cluster SPUBLISH
-- Returns, for each command that failed, its name, the index of its key in KEYS, and the server's error.
local calls = {
  {'TIME'}, {'SCAN', 0, '0'},
  {'HMGET', 1, 'f'}, {'HGET', 1, 'f'}, {'HSET', 1, 'f', 'v'}, {'HSETNX', 1, 'f', 'v'}, {'HDEL', 1, 'f'}, {'HGETALL', 1}, {'HLEN', 1}, {'HSCAN', 1, '0'},
  {'HEXISTS', 1, 'f'}, {'HKEYS', 1},
  {'UNLINK', 1}, {'DEL', 1}, {'EXPIRE', 1, '60'}, {'SET', 5, 'v'}, {'APPEND', 5, 'v'}, {'GETRANGE', 5, '0', '0'}, {'STRLEN', 5}, {'SETBIT', 5, '0', '1'},
  {'ZADD', 6, '0', 'm'}, {'ZREM', 6, 'm'}, {'ZRANGEBYSCORE', 6, '0', '0'}, {'ZRANGEBYLEX', 6, '-', '-'}, {'ZREMRANGEBYRANK', 6, '1', '0'}, {'ZREVRANGEBYLEX', 6, '+', '+'}, {'ZSCORE', 6, 'm'},
  {'HGET', 2, 'f'}, {'HGET', 3, 'f'}, {'HGET', 7, 'f'},
  {ARGV[1], 4, ''},
}
local refused = {}
for _, call in ipairs(calls) do
  local command, key, first, second = call[1], call[2] or 0, call[3], call[4]
  local answer
  if key == 0 then
    answer = first and redis.pcall(command, first) or redis.pcall(command)
  elseif second then
    answer = redis.pcall(command, KEYS[key], first, second)
  elseif first then
    answer = redis.pcall(command, KEYS[key], first)
  else
    answer = redis.pcall(command, KEYS[key])
  end
  if type(answer) == 'table' and answer.err then
    refused[#refused + 1] = command
    refused[#refused + 1] = tostring(key)
    refused[#refused + 1] = answer.err
  end
end
return refused
