-- Adds a part to a message that is being written, renews its writer's lease, and publishes the part: a passing event. What is stored already is ignored.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: what is being written in the room
-- KEYS[3]  channel: the room's live events
-- KEYS[4]  hash: the open bucket of the message
-- KEYS[5]  hash: the room's members; only if the client knows that the room has rules. In a thread, the members of the room that it belongs to
-- KEYS[6]  only in a thread: hash: the room that it belongs to, whose rules hold
-- KEYS[#KEYS]  if the part is encrypted: hash: the data keys
-- ARGV[1]  how to publish: PUBLISH, or on a cluster SPUBLISH
-- ARGV[2]  the message's id
-- ARGV[3]  the writer's name
-- ARGV[4]  the lease in ms
-- ARGV[5]  where the part begins: the number of bytes before it
-- ARGV[6]  the part; empty to renew the lease only
-- ARGV[7]  the author, who must have the right to send; empty for the application, whom no rule binds
-- ARGV[8]  1 for the first call after the message was appended, otherwise 0
-- ARGV[9]  only if the part is encrypted: the name of its data key
-- ARGV[10] and the number of its bytes before it was encrypted
-- Returns {1, the number of bytes stored, ''}; {4, that number, ''} if the part does not continue them, and nothing is stored; {0, 0, ''} if the message is not
-- being written by this writer; {2, how long to wait in µs, reason} if the rules refuse it; or, if the room has rules and KEYS[5] is missing, {3, 0, the features
-- that the room uses}: the client tries again with it; {5, 0, ''} if the part was encrypted with another data key than the present one.
local call = redis.call
local room = call('HMGET', KEYS[1], 'epoch', 'uses')
if room[1] == '!' then
  return {err = 'CHATDELETED the room is being deleted'}
end
local members, parent = KEYS[5], KEYS[6]
if ARGV[9] then
  if call('HGET', KEYS[#KEYS], 'current') ~= ARGV[9] then
    return {5, 0, ''}
  end
  members, parent = #KEYS > 5 and KEYS[5] or nil, #KEYS > 6 and KEYS[6] or nil
end
local uses, clock = room[2] or '', call('TIME')
local time = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
if ARGV[7] ~= '' and string.find(parent and (call('HGET', parent, 'uses') or '') or uses, 'g', 1, true) then
  if not members then
    return {3, 0, uses}
  end
  local rules = call('HGET', parent or KEYS[1], 'rules')
--#include room_guard.lua
  local reason, wait = guard(call('HGET', members, ARGV[7]), 's', true)
  if reason == 'unreadable' then
    return {err = 'CHATDATA the rules or the entry of the user among the members cannot be read'}
  elseif reason then
    return {2, wait, reason}
  end
end

local state = call('HGET', KEYS[2], ARGV[2])
local writer, length, first
if state then
  writer, length, first = string.match(state, '^%d+ (%S+) (%d+) (%d+)$')
elseif ARGV[8] == '1' then
  -- A JSON string cannot contain this, because its quotes would be escaped.
  local value = call('HGET', KEYS[4], ARGV[2])
  if value and string.find(value, '"w":"' .. ARGV[3] .. ' ', 1, true) then
    writer, length, first = ARGV[3], ARGV[5], ARGV[5]
  end
end
if writer ~= ARGV[3] then
  return {0, 0, ''}
end

local had, offset = tonumber(length), tonumber(ARGV[5])
if offset > had then
  return {4, had, ''}
end
local part, added = string.sub(ARGV[6], had - offset + 1), nil
if ARGV[10] then
  -- An encrypted part cannot be cut: it is stored as it is, or was stored before, or the writer goes on from there.
  part, added = ARGV[6], tonumber(ARGV[10])
  if offset < had then
    if offset + added > had then
      return {4, had, ''}
    end
    part, added = '', 0
  end
end
added = added or #part
local has = had + added
local lease = string.format('%d', time + tonumber(ARGV[4]) * 1000)
local now = lease .. ' ' .. writer .. ' ' .. string.format('%d', has) .. ' ' .. first
if added > 0 then
  -- An encrypted part is preceded by its length, because a reader must know where the next one begins.
  call('HSET', KEYS[2], ARGV[2], now, ARGV[2] .. ':' .. length .. (ARGV[10] and ':e' or ''), ARGV[10] and ARGV[10] .. ' ' .. part or part)
else
  call('HSET', KEYS[2], ARGV[2], now)
end
if not string.find(uses, 'w', 1, true) then
  call('HSET', KEYS[1], 'uses', uses .. 'w')
end
call(ARGV[1], KEYS[3], 'W ' .. ARGV[2] .. ' ' .. length .. ' ' .. writer .. (ARGV[10] and added > 0 and ' e' or '') .. '\n' .. part)
return {1, has, ''}
