-- Reads what a room is to one user: rights, position, read marker, newest message, and how many messages are unread, as far as the room's two newest
-- buckets tell. Writes nothing.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: its read markers
-- KEYS[3]  hash: its members; read only if the room has rules
-- KEYS[4]  string: the ids of the user's messages
-- KEYS[5]  hash: the sealed buckets
-- KEYS[6]  hash: the bucket that the client expects the room's last id in
-- KEYS[7]  hash: the bucket before
-- KEYS[8]  only if the client knows that the room uses mentions: sorted set: the user's mentions
-- KEYS[9]  likewise: sorted set: the mentions of roles and of everyone
-- KEYS[..] last, only in a thread: hash: the room that it belongs to, whose rules hold; and hash: the members of that room. Those of KEYS[3] follow the thread
-- ARGV[1]  the user
-- ARGV[2]  the number of the bucket in KEYS[6]
-- ARGV[3]  how many unread messages are enough
-- ARGV[4]  only in a thread: '^'
-- Returns {epoch, last, at, rev, features, the user's entry among the members, 1 if the user may read, the user's marker, unread messages found, the
-- lowest id that was looked at, the id of the newest message, its value}, with nil for what is missing; and, if the room uses mentions, how many unread
-- messages mention the user, at most one more than ARGV[3]. If unread messages or the newest one were not
-- found down to ARGV[3], the client goes on below the lowest id. The number found is -1 if the bucket is another one, or the keys of mentions are missing: the client tries again.
local SIZE = 128
local call = redis.call

-- Lua also accepts '0x10', '1e3' and 'nan' as numbers, and is exact only up to 2^53.
local function number(text)
  return text and #text <= 16 and string.match(text, '^%d+$') and tonumber(text)
end

local function text(value)
  return string.format('%d', value)
end

local room = call('HMGET', KEYS[1], 'epoch', 'last', 'at', 'rev', 'uses', 'first')
if room[1] == '!' then
  -- A room that is being deleted reads as empty.
  return {'!', false, false, false, false, false, 1, false, 0, 1, 0, false}
end
local last = number(room[2] or '0')
if not last or (not room[1]) ~= (not room[2]) then
  return {err = 'CHATDATA the room has no valid counters'}
end
local member, may, uses, entry = false, 1, room[5], false
local above, people = ARGV[4] and KEYS[#KEYS - 1], ARGV[4] and KEYS[#KEYS] or KEYS[3]
local has_mention_keys = #KEYS >= (above and 11 or 9)
if above then
  uses, member = call('HGET', above, 'uses'), call('HGET', KEYS[3], ARGV[1])
end
if string.find(uses or '', 'g', 1, true) then
  local rules, clock = call('HGET', above or KEYS[1], 'rules'), call('TIME')
  local time = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
  entry = call('HGET', people, ARGV[1])
--#include room_guard.lua
  local reason = guard(entry, 'r', false)
  if reason == 'unreadable' then
    return {err = 'CHATDATA the rules or the entry of the user among the members cannot be read'}
  end
  may = reason and 0 or 1
  -- A thread that its follower may no longer read is not in the inbox.
  member = above and (may == 1 and member) or not above and entry
end

local marker = call('HGET', KEYS[2], ARGV[1])
local answer = {room[1], room[2], room[3], room[4], room[5], member, may, marker, 0, 1, 0, false}
if may == 0 or last == 0 then
  return answer
end
local read = not marker and 0 or number(string.match(marker, '^(%d+) %d+$'))
if not read then
  return {err = 'CHATDATA a read marker holds something else'}
end
local newest_bucket, enough = tonumber(ARGV[2]), tonumber(ARGV[3])
local mentioning = string.find(room[5] or '', 'n', 1, true)
if math.floor(last / SIZE) ~= newest_bucket or mentioning and not has_mention_keys then
  answer[9] = -1
  return answer
end
if mentioning then
--#include mention_find.lua
  local role = entry and string.match(entry, '^%d+ (%S+) ')
  -- What could not be read when it was trimmed is still in the index.
  local seen = math.max(read, (number(room[6]) or 1) - 1)
  answer[13] = seen < last and #find_mentions(KEYS[8], KEYS[9], ARGV[1], role, seen, last + 1, enough + 1) or 0
end

-- The end of the list of the user's own messages: no more than `span` entries of at most `width` bytes can be among the ids that are counted here. The first
-- entry of what is read may be cut off. Ids ascend, so if the first whole entry is as long as the longest, all are.
local width, own, uniform = #room[2] + 1
local function own_list()
  if not own then
    local wanted = (last - math.max(read, (newest_bucket - 1) * SIZE - 1) + 1) * width
    own = call('GETRANGE', KEYS[4], text(-wanted), '-1')
    own = #own < wanted and own or string.sub(own, (string.find(own, ',', 1, true) or #own) + 1)
    uniform = string.find(own, ',', 1, true) == width
  end
  return own
end

-- How many of the user's own ids are from `from` to `top`; adds them to `set`, if there is one.
local function own_ids(from, top, set)
  local list, found = own_list(), 0
  if uniform and not set then
    local function below(id)
      local low, high = 0, math.floor(#list / width)
      while low < high do
        local middle = math.floor((low + high) / 2)
        if (tonumber(string.sub(list, middle * width + 1, middle * width + width - 1)) or 0) < id then
          low = middle + 1
        else
          high = middle
        end
      end
      return low
    end
    return below(top + 1) - below(from)
  end
  for name in string.gmatch(list, '(%d+),') do
    local id = tonumber(name)
    if id >= from and id <= top then
      found = found + 1
      if set then
        set[id] = true
      end
    end
  end
  return found
end

-- How many messages from an id on exist in a bucket and are not the user's; if there are more than enough, perhaps a smaller number that is enough.
local function unread(key, from, first, top, size, enough_here)
  local missing, mine = top - first + 1 - size, own_ids(from, top)
  local least = top - from + 1 - missing - mine
  if missing == 0 or missing > 0 and least > enough_here then
    return least
  elseif mine == 0 and from == first and missing > 0 then
    return size
  end
  local set, found = {}, 0
  own_ids(from, top, set)
  if top - from < 16 then
    for id = from, top do
      found = found + (not set[id] and call('HEXISTS', key, text(id)) or 0)
    end
  else
    for _, name in ipairs(call('HKEYS', key)) do
      local id = number(name)
      found = found + (id and id >= from and id <= top and not set[id] and 1 or 0)
    end
  end
  return found
end

local count, lowest, newest, value = 0, last + 1, 0, false
for i = 0, 1 do
  local bucket, key = newest_bucket - i, KEYS[6 + i]
  local first, top = math.max(bucket * SIZE, 1), math.min(bucket * SIZE + SIZE - 1, last)
  if bucket < 0 or newest > 0 and (read >= top or count > enough) then
    break
  end
  local size = call('HLEN', key)
  -- Only the client can unpack a sealed bucket.
  if size == 0 and call('HEXISTS', KEYS[5], text(bucket)) == 1 then
    break
  end
  lowest = first
  if newest == 0 and size > 0 then
    value = call('HGET', key, text(top))
    newest = value and top or 0
    if not value then
      for _, name in ipairs(call('HKEYS', key)) do
        local id = number(name)
        newest = id and id > newest and id <= top and id or newest
      end
      value = newest > 0 and call('HGET', key, text(newest))
    end
  end
  if read < top and size > 0 then
    count = count + unread(key, math.max(read + 1, first), first, top, size, enough - count)
  end
end
answer[9], answer[10], answer[11], answer[12] = count, lowest, newest, value
return answer
