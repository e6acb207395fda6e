-- Adds a scheduled message, or changes it by compare-and-set.
-- KEYS[1] hash: the room; of a thread, the room that it belongs to
-- KEYS[2] hash: what the user has scheduled in the room
-- KEYS[3] hash: the data keys of the room
-- ARGV[1] the message's id
-- ARGV[2] its new value
-- ARGV[3] the value that it must have; empty to add it
-- ARGV[4] the most fields that the hash may have after an addition
-- ARGV[5] the name of the data key that encrypted the new value, which must be the present one; empty if it is not encrypted
-- ARGV[6] the user
-- Returns 1 if it was written; {false, 'key'} if another data key is in use; {false, 'erasing'} if the user is being erased, so that nothing is added; otherwise the present value, or false if it does not exist.
local call = redis.call
--#include erasure_guard.lua
local present = call('HGET', KEYS[2], ARGV[1])
if ARGV[3] == '' and not present then
  local room = call('HMGET', KEYS[1], 'epoch', 'uses')
  if room[1] == '!' then
    return {err = 'CHATDELETED the room is being deleted'}
  elseif being_erased(KEYS[1], room[2], ARGV[6]) then
    return {false, 'erasing'}
  elseif call('HLEN', KEYS[2]) >= tonumber(ARGV[4]) then
    return {err = 'CHATLIMIT the user has as many scheduled messages as possible'}
  end
elseif present ~= ARGV[3] then
  return present
end
if ARGV[5] ~= '' and call('HGET', KEYS[3], 'current') ~= ARGV[5] then
  return {false, 'key'}
end
call('HSET', KEYS[2], ARGV[1], ARGV[2])
return 1
