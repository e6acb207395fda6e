-- Removes keys of a room that is being deleted, and at last the room itself.
-- KEYS[1]  hash: the room
-- KEYS[2]  channel: the room's live events
-- KEYS[3..] keys to remove
-- ARGV[1]  the deletion: the room's field `gone`
-- ARGV[2]  how many buckets have been removed after this call, and one more if the removal from the archive begins, unless another process is further; empty if that does not change
-- ARGV[3]  empty; or to remove the room itself, how to publish: PUBLISH, or on a cluster SPUBLISH
-- Returns 1; or 0 if this deletion is over: then nothing is removed, because the keys may belong to a new room of the same name.
local call = redis.call
local room = call('HMGET', KEYS[1], 'epoch', 'gone', 'last', 'at', 'rev', 'erased')
if room[1] ~= '!' or room[2] ~= ARGV[1] then
  return 0
end
for i = 3, #KEYS do
  call('UNLINK', KEYS[i])
end
if ARGV[2] ~= '' and tonumber(ARGV[2]) > (tonumber(room[6]) or 0) then
  -- Redis refuses HSET when memory is full, but not once a script has begun to write.
  call('HDEL', KEYS[1], 'erased')
  call('HSET', KEYS[1], 'erased', ARGV[2])
end
if ARGV[3] ~= '' then
  -- Once more, for watchers that missed the event when the deletion began.
  local epoch, details = string.match(room[2], '^(%x+) (.*)$')
  call(ARGV[3], KEYS[2], table.concat({'x', epoch, room[3], room[4], room[5], '0', 'room'}, ' ') .. '\n' .. details)
  call('UNLINK', KEYS[1])
end
return 1
