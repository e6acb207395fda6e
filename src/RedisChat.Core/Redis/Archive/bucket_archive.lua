-- Removes buckets of which the archive has a copy, if they are still as they were copied; or marks a room whose buckets may be moved from then on.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: the sealed buckets
-- KEYS[3]  hash: the buckets that were put back from the archive
-- KEYS[4]  hash: the data keys
-- KEYS[5..] hashes: the open buckets; then strings: lists of ids, from which the ids of these buckets are cut
-- ARGV[1]  the room's epoch
-- ARGV[2]  the first bucket that was not moved, as the client read it; empty to mark the room
-- ARGV[3]  what it is afterward
-- ARGV[4]  the number of buckets
-- ARGV[5]  the name of the data key with which the client encrypted some of the copies, or ''
-- ARGV[6..] for each bucket its number, its mark or '', and its state: 's' and the SHA-1 of the content; 'o', the number of messages, and their ids and the SHA-1 of their values; 'e' empty; 'k' it stays
-- Returns '1'; or '0' if anything has changed, and then nothing is written.
local call, try = redis.call, redis.pcall
local room = call('HMGET', KEYS[1], 'epoch', 'archived', 'uses', 'last')
if room[1] ~= ARGV[1] then
  return '0'
end
if ARGV[2] == '' then
  if room[2] then
    return '0'
  end
  local clock, uses = call('TIME'), room[3] or ''
  uses = string.find(uses, 'o', 1, true) and uses or uses .. 'o'
  -- As below: when memory is full, HSET is refused unless something was deleted before.
  call('HDEL', KEYS[1], 'archived')
  call('HSET', KEYS[1], 'archived', '0 ' .. clock[1] .. string.format('%06d', clock[2]) .. ' 0', 'uses', uses)
  return '1'
end

local below, since, thaws = string.match(room[2] or '', '^(%d+) (%d+) (%d+)$')
-- The newest two buckets stay: the first is being filled, and scripts that count unread messages read both.
if below ~= ARGV[2] or tonumber(ARGV[3]) > tonumber(below) and (tonumber(room[4]) or 0) < (tonumber(ARGV[3]) + 1) * 128 then
  return '0'
end
-- A copy that was encrypted with a key that was rotated or deleted since must not count.
if ARGV[5] ~= '' and call('HGET', KEYS[4], 'current') ~= ARGV[5] then
  return '0'
end
local sealed, marks, open, at = {}, {}, {}, 6
for i = 1, tonumber(ARGV[4]) do
  local number, mark, state, key = ARGV[at], ARGV[at + 1], ARGV[at + 2], KEYS[i + 4]
  at = at + 3
  if (call('HGET', KEYS[3], number) or '') ~= mark then
    return '0'
  end
  if mark ~= '' then
    marks[#marks + 1] = number
  end
  if state == 's' then
    local content = call('HGET', KEYS[2], number)
    if not content or redis.sha1hex(content) ~= ARGV[at] or call('HLEN', key) > 0 then
      return '0'
    end
    sealed[#sealed + 1] = number
    at = at + 1
  elseif state == 'o' then
    local count = tonumber(ARGV[at])
    if call('HLEN', key) ~= count or call('HEXISTS', KEYS[2], number) == 1 then
      return '0'
    end
    for j = at + 1, at + 2 * count, 2 do
      local value = call('HGET', key, ARGV[j])
      if not value or redis.sha1hex(value) ~= ARGV[j + 1] then
        return '0'
      end
    end
    open[#open + 1] = key
    at = at + 1 + 2 * count
  elseif state == 'e' then
    if call('HLEN', key) > 0 or call('HEXISTS', KEYS[2], number) == 1 then
      return '0'
    end
  end
end

-- Redis refuses HSET when memory is full, but not once a script has begun to write. Moving buckets away is what frees memory then, so a field that is there is deleted first.
-- The last number makes what readers keep of the archive count no more. It is the time, so that a number that a failover undid does not come back for something else.
local clock = call('TIME')
local now = clock[1] .. string.format('%06d', clock[2])
call('HDEL', KEYS[1], 'archived')
call('HSET', KEYS[1], 'archived', ARGV[3] .. ' ' .. since .. ' ' .. string.format('%d', math.max(tonumber(now), thaws + 1)))
if #sealed > 0 then
  call('HDEL', KEYS[2], unpack(sealed))
end
if #marks > 0 then
  call('HDEL', KEYS[3], unpack(marks))
end
for i = 1, #open do
  call('UNLINK', open[i])
end

--#include list_cut.lua
-- Readers ignore what should have been cut, so if this fails, nothing is undone.
for i = tonumber(ARGV[4]) + 5, #KEYS do
  local key, keep, length = KEYS[i], nil, nil
  if type(try('STRLEN', key)) == 'number' then
    keep, length = cut_point(key, tonumber(ARGV[3]) * 128)
  end
  if keep == length and keep then
    try('UNLINK', key)
  elseif keep then
    try('SET', key, call('GETRANGE', key, string.format('%d', keep), '-1'))
  end
end
return '1'
