-- Seals the next bucket of a room, or leaves it open for good, if it still is what the client read.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: the bucket
-- KEYS[3]  hash: the sealed buckets
-- ARGV[1]  the bucket's number
-- ARGV[2]  the room's epoch as the client read it, before it read the bucket
-- ARGV[3]  the room's revision as the client read it; empty if it had none
-- ARGV[4]  how many messages the bucket holds
-- ARGV[5]  the id of the last one
-- ARGV[6]  its value
-- ARGV[7]  the bucket, compressed; empty to leave it open: then ARGV[4] to ARGV[6] are not looked at
-- Returns 1; or 0 where something is another by now, and nothing is written.

-- Every change of a message raises the revision, and no append reaches a bucket below the last id: so what the client read is all there is.
-- Unless a fail-over lost the end of the bucket, and other messages took its place: then the last one is another.
local bucket = tonumber(ARGV[1])
local room = redis.call('HMGET', KEYS[1], 'epoch', 'rev', 'last', 'sealed')
if room[1] ~= ARGV[2] or (room[2] or '') ~= ARGV[3] or (tonumber(room[3]) or 0) < (bucket + 1) * 128 or (room[4] or '0') ~= ARGV[1] then
  return 0
end

if ARGV[7] ~= '' then
  if redis.call('HLEN', KEYS[2]) ~= tonumber(ARGV[4]) or redis.call('HGET', KEYS[2], ARGV[5]) ~= ARGV[6] then
    return 0
  end

  -- HDEL comes first, for Redis refuses HSET when memory is full, but not once a script has begun to write: sealing is what makes room then.
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[7])
  local removed = redis.pcall('UNLINK', KEYS[2])
  if type(removed) == 'table' and removed.err then
    redis.call('HDEL', KEYS[3], ARGV[1])
    return removed
  end
end

redis.call('HSET', KEYS[1], 'sealed', string.format('%d', bucket + 1))
return 1
