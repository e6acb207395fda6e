-- Finds messages whose writers are gone. In a room in which nothing is being written, removes the letter that makes clients call this.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: what is being written in the room
-- Returns the ids of the messages whose leases have run out.
local call, clock = redis.call, redis.call('TIME')
local time, answer = tonumber(clock[1]) * 1000000 + tonumber(clock[2]), {}
if call('HLEN', KEYS[2]) == 0 then
  local uses = call('HGET', KEYS[1], 'uses') or ''
  local others = string.gsub(uses, 'w', '')
  if others == '' and uses ~= '' then
    call('HDEL', KEYS[1], 'uses')
  elseif others ~= uses then
    call('HSET', KEYS[1], 'uses', others)
  end
  return answer
end
for _, field in ipairs(call('HKEYS', KEYS[2])) do
  if not string.find(field, ':', 1, true) then
    local lease = tonumber(string.match(call('HGET', KEYS[2], field), '^(%d+) '))
    if lease and lease <= time then
      answer[#answer + 1] = field
    end
  end
end
return answer
