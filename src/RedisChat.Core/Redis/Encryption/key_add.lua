-- Adds a data key for new values, unless another process was faster. Earlier keys stay.
-- KEYS[1]  hash: the data keys of the room, or of the user's scope
-- KEYS[2]  hash: the room, or the scope
-- ARGV[1]  the name of the present key, as the client knows it; empty if there is none
-- ARGV[2]  the name of the new key
-- ARGV[3]  the new key, wrapped
-- ARGV[4]  1 if a migration asks, which may write while the room is closed; otherwise 0
-- Returns the fields and values of KEYS[1] after that
local call = redis.call
-- A room that is being migrated looks like one that is being deleted. If it is really deleted, the first step of that sets `erased`.
local room = call('HMGET', KEYS[2], 'epoch', 'import', 'erased')
if room[1] == '!' and not (ARGV[4] == '1' and room[2] and not room[3]) then
  return {err = 'CHATDELETED the room is being deleted'}
end
if (call('HGET', KEYS[1], 'current') or '') == ARGV[1] then
  local clock = call('TIME')
  call('HSET', KEYS[1], ARGV[2], clock[1] .. string.format('%06d', clock[2]) .. ' ' .. ARGV[3], 'current', ARGV[2])
end
return call('HGETALL', KEYS[1])
