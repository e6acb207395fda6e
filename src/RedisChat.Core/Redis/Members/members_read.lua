-- Reads what a change of a member, or the right of a reader, is decided on.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: its members
-- ARGV     users
-- Returns the server's time in µs, the room's fields rules and owners, and the entry of each user.
local clock = redis.call('TIME')
local room = redis.call('HMGET', KEYS[1], 'rules', 'owners')
local answer = {clock[1] .. string.format('%06d', clock[2]), room[1], room[2]}
for i = 1, #ARGV, 1000 do
  local entries = redis.call('HMGET', KEYS[2], unpack(ARGV, i, math.min(i + 999, #ARGV)))
  for j = 1, #entries do
    answer[#answer + 1] = entries[j]
  end
end
return answer
