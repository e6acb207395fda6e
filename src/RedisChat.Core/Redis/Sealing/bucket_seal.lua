-- Seals the next bucket of a room, or leaves it open permanently, if it is still as the client read it.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: the bucket
-- KEYS[3]  hash: the sealed buckets
-- KEYS[4]  hash: the data keys, if the bucket is encrypted; otherwise omitted
-- ARGV[1]  the bucket's number
-- ARGV[2]  the room's epoch as the client read it, before it read the bucket
-- ARGV[3]  the room's revision as the client read it; empty if it had none
-- ARGV[4]  the number of messages in the bucket
-- ARGV[5]  the id of the last one
-- ARGV[6]  its value
-- ARGV[7]  the compressed bucket; empty to leave it open, and then ARGV[4] to ARGV[6] are ignored
-- ARGV[8]  the name of the data key with which the bucket is encrypted, if it is
-- Returns 1; or 0 if anything has changed, or -1 if another data key is the present one, and then nothing is written.

-- Every change of a message raises the revision, and no append reaches a bucket below the last id, so the client has read everything there is.
-- The exception is a failover that lost the end of the bucket, followed by other messages in its place: then the last message differs.
local bucket = tonumber(ARGV[1])
local room = redis.call('HMGET', KEYS[1], 'epoch', 'rev', 'last', 'sealed')
if room[1] ~= ARGV[2] or (room[2] or '') ~= ARGV[3] or (tonumber(room[3]) or 0) < (bucket + 1) * 128 or (room[4] or '0') ~= ARGV[1] then
  return 0
end

if ARGV[8] and redis.call('HGET', KEYS[4], 'current') ~= ARGV[8] then
  return -1
end

if ARGV[7] ~= '' then
  if redis.call('HLEN', KEYS[2]) ~= tonumber(ARGV[4]) or redis.call('HGET', KEYS[2], ARGV[5]) ~= ARGV[6] then
    return 0
  end

  -- HDEL comes first: when memory is full, Redis refuses HSET, but not once a script has begun to write. Sealing is what frees memory then.
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
