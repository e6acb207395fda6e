-- Keeps notices of the attachments of a room that is being deleted.
-- KEYS[1]  hash: the room, or the thread
-- KEYS[2]  hash: the notices of the room
-- ARGV[1]  the deletion: the field `gone` of KEYS[1]
-- ARGV[2..] fields and values of the notices, alternating
-- Returns 1; 0 if that deletion is over: what was read may belong to a new room of the same name.
local room = redis.call('HMGET', KEYS[1], 'epoch', 'gone')
if room[1] ~= '!' or room[2] ~= ARGV[1] then
  return 0
end
for i = 2, #ARGV, 2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
end
return 1
