-- Lists the messages that mention a user, if the user may read the room. Writes nothing.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: its members, in a thread those of the room that it belongs to; read only if there are rules
-- KEYS[3]  sorted set: the user's mentions
-- KEYS[4]  sorted set: the mentions of roles and of everyone
-- KEYS[5]  only in a thread: hash: the room that it belongs to, whose rules hold
-- ARGV[1]  the user
-- ARGV[2]  only messages with a smaller id; 0 for all
-- ARGV[3]  how many ids to return at most
-- Returns {1, the room's last id, the ids…}, newest first; or {2, µs to wait, reason} if the rules refuse it.
local call = redis.call

local room = call('HMGET', KEYS[1], 'epoch', 'last', 'uses', 'first')
local uses = room[3] or ''
if room[1] == '!' then
  -- A room that is being deleted reads as empty.
  return {1, 0}
end
local last = room[2] and #room[2] <= 16 and string.match(room[2], '^%d+$') and tonumber(room[2]) or not room[2] and 0
if not last then
  return {err = 'CHATDATA the room has no valid counters'}
end
local member, ruled = false, KEYS[5] and (call('HGET', KEYS[5], 'uses') or '') or uses
if string.find(ruled, 'g', 1, true) then
  local rules, clock = call('HGET', KEYS[5] or KEYS[1], 'rules'), call('TIME')
  local time = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
  member = call('HGET', KEYS[2], ARGV[1])
--#include room_guard.lua
  local reason, wait = guard(member, 'r', false)
  if reason == 'unreadable' then
    return {err = 'CHATDATA the rules or the entry of the user among the members cannot be read'}
  elseif reason then
    return {2, wait, reason}
  end
end

local answer = {1, last}
if string.find(uses, 'n', 1, true) then
--#include mention_find.lua
  local before = tonumber(ARGV[2])
  local below = before > 0 and math.min(before, last + 1) or last + 1
  local role = member and string.match(member, '^%d+ (%S+) ')
  -- What could not be read when it was trimmed is still in the index.
  local above = math.max(tonumber(room[4]) or 1, 1) - 1
  for _, id in ipairs(find_mentions(KEYS[3], KEYS[4], ARGV[1], role, above, below, tonumber(ARGV[3]))) do
    answer[#answer + 1] = id
  end
end
return answer
