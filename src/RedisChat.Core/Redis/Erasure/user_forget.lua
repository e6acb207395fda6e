-- Removes what a room's keys hold about a user, where that has no event: a list of steps, in one step.
-- KEYS[1]   hash: the room
-- KEYS[2..] keys of the room
-- ARGV      the steps. A step is its name and its arguments; `key` is an index in KEYS
--   drop    key                  removes the key
--   fields  key n, n x field     deletes fields of a hash
--   leave   key n, n x member    removes members of a sorted set
--   swap    key field old new    sets a field that still has the old value, or deletes it if the new one is empty
--   rename  key old new          replaces a member of a sorted set, which keeps its score
--   move    key to               appends a string to another one, and removes it
--   count   key field n          subtracts n from a number, down to 0
--   unmark  user                 allows the user's writes again
-- Returns how many steps changed something.
local call = redis.call
local done, at = 0, 1
while at <= #ARGV do
  local step, a, b, c = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local key, changed = KEYS[tonumber(a)], 0
  if step == 'drop' then
    changed = call('UNLINK', key)
    at = at + 2
  elseif step == 'fields' or step == 'leave' then
    local last = at + 2 + tonumber(b)
    for first = at + 3, last, 500 do
      changed = changed + call(step == 'fields' and 'HDEL' or 'ZREM', key, unpack(ARGV, first, math.min(first + 499, last)))
    end
    at = last + 1
  elseif step == 'swap' then
    if call('HGET', key, b) == c then
      changed = 1
      if ARGV[at + 4] == '' then
        call('HDEL', key, b)
      else
        call('HSET', key, b, ARGV[at + 4])
      end
    end
    at = at + 5
  elseif step == 'rename' then
    local score = call('ZSCORE', key, b)
    if score then
      changed = 1
      call('ZREM', key, b)
      call('ZADD', key, score, c)
    end
    at = at + 4
  elseif step == 'move' then
    local list = call('GETRANGE', key, '0', '-1')
    if list ~= '' then
      changed = 1
      call('APPEND', KEYS[tonumber(b)], list)
      call('UNLINK', key)
    end
    at = at + 3
  elseif step == 'count' then
    local count = tonumber(call('HGET', key, b) or nil)
    if count then
      changed = 1
      call('HSET', key, b, string.format('%d', math.max(count - tonumber(c), 0)))
    end
    at = at + 4
  else
    local users, uses = {}, call('HGET', KEYS[1], 'uses') or ''
    for other in string.gmatch(call('HGET', KEYS[1], 'erasing') or '', '[^\n]+') do
      if other == a then
        changed = 1
      else
        users[#users + 1] = other
      end
    end
    if changed == 1 and #users > 0 then
      call('HSET', KEYS[1], 'erasing', table.concat(users, '\n'))
    elseif changed == 1 then
      call('HDEL', KEYS[1], 'erasing')
      uses = string.gsub(uses, 'z', '')
      if uses == '' then
        call('HDEL', KEYS[1], 'uses')
      else
        call('HSET', KEYS[1], 'uses', uses)
      end
    end
    at = at + 2
  end
  done = done + (changed > 0 and 1 or 0)
end
return done
