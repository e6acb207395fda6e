-- Moves a user's read marker forward or back, if the user may read the room and the message was ever sent.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: its read markers, by user: `<message id> <time, µs>`
-- KEYS[3]  hash: its members; read only if the room has rules
-- KEYS[4]  channel: the room's live events
-- KEYS[5]  hash: only in a thread, the room that it belongs to, whose rules hold; KEYS[3] are its members
-- ARGV[1]  how to publish: PUBLISH, or on a cluster SPUBLISH
-- ARGV[2]  the user
-- ARGV[3]  a message id: forward, the last message that was read; back, the first one that is unread
-- ARGV[4]  1 to move back; 0 to move forward
-- Returns {1, message id, time} of the marker as it is now; or {0, the room's last id} if there is no such message; or {2, µs to wait, reason} if the rules
-- refuse it, or the user is being erased.
local call = redis.call

-- Lua also accepts '0x10', '1e3' and 'nan' as numbers, and is exact only up to 2^53.
local function number(text)
  return text and #text <= 16 and string.match(text, '^%d+$') and tonumber(text)
end

local room = call('HMGET', KEYS[1], 'last', 'uses', 'epoch')
local above = KEYS[5] and call('HMGET', KEYS[5], 'uses', 'epoch')
if room[3] == '!' or above and above[2] == '!' then
  return {err = 'CHATDELETED the room is being deleted'}
end
local last = number(room[1] or '0')
if not last then
  return {err = 'CHATDATA the room has no valid counters'}
end
--#include erasure_guard.lua
if being_erased(KEYS[1], room[2], ARGV[2]) or above and being_erased(KEYS[5], above[1], ARGV[2]) then
  return {2, 0, 'erasing'}
end
local clock = call('TIME')
local time = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
if string.find((above and above[1] or not above and room[2]) or '', 'g', 1, true) then
  local rules = call('HGET', KEYS[5] or KEYS[1], 'rules')
--#include room_guard.lua
  local reason, wait = guard(call('HGET', KEYS[3], ARGV[2]), 'r', false)
  if reason == 'unreadable' then
    return {err = 'CHATDATA the rules or the entry of the user among the members cannot be read'}
  elseif reason then
    return {2, wait, reason}
  end
end
local id = tonumber(ARGV[3])
if id > last then
  return {0, last}
end

local old = call('HGET', KEYS[2], ARGV[2])
local before, at = 0, 0
if old then
  before, at = string.match(old, '^(%d+) (%d+)$')
  before, at = number(before), number(at)
  if not before or not at then
    return {err = 'CHATDATA a read marker holds something else'}
  end
  before = math.min(before, last)
end
local after = ARGV[4] == '1' and math.min(before, id - 1) or ARGV[4] ~= '1' and math.max(before, id)
if old and after == before then
  return {1, before, at}
end

-- A later time than before, although clocks step back: it orders the events.
local moved = string.format('%d %d', after, math.max(time, at + 1))
call('HSET', KEYS[2], ARGV[2], moved)
local published = redis.pcall(ARGV[1], KEYS[4], 'R ' .. moved .. '\n' .. ARGV[2])
if type(published) == 'table' and published.err then
  -- Redis does not roll back.
  if old then
    call('HSET', KEYS[2], ARGV[2], old)
  else
    call('HDEL', KEYS[2], ARGV[2])
  end
  return published
end
return {1, after, math.max(time, at + 1)}
