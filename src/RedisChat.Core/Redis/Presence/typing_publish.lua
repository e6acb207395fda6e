-- Publishes that a user is typing, if the user may send: a passing event, of which nothing is stored.
-- KEYS[1]  channel: the room's live events
-- KEYS[2]  hash: the room; of a thread, the one that it belongs to
-- KEYS[3]  hash: its members; only if the client knows that the room has rules
-- ARGV[1]  how to publish: PUBLISH, or on a cluster SPUBLISH
-- ARGV[2]  payload
-- ARGV[3]  the user
-- Returns {1, 0, ''}; or {2, how long to wait in µs, reason} if the rules refuse it; or, if the room has rules and KEYS[3] is missing, {3, 0, the features that the
-- room uses}: the client tries again with it.
local uses = redis.call('HGET', KEYS[2], 'uses') or ''
if string.find(uses, 'g', 1, true) then
  if not KEYS[3] then
    return {3, 0, uses}
  end
  local rules, clock = redis.call('HGET', KEYS[2], 'rules'), redis.call('TIME')
  local time = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
--#include room_guard.lua
  local reason, wait = guard(redis.call('HGET', KEYS[3], ARGV[3]), 's', true)
  if reason == 'unreadable' then
    return {err = 'CHATDATA the rules or the entry of the user among the members cannot be read'}
  elseif reason then
    return {2, wait, reason}
  end
end
redis.call(ARGV[1], KEYS[1], ARGV[2])
return {1, 0, ''}
