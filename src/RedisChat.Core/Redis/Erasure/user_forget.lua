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
--   absent  users processes here user n, n x process
--                                removes the user from those who are here in these processes: from the sorted sets `user, line feed, process` and `process, line feed, user`;
--                                and from the number in `here`, unless somebody else has done so or the user is here in another process
--   unmark  user                 allows the user's writes again
local call = redis.call
local at = 1
while at <= #ARGV do
  local step, a, b, c = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local key = KEYS[tonumber(a)]
  if step == 'drop' then
    call('UNLINK', key)
    at = at + 2
  elseif step == 'fields' or step == 'leave' then
    local last = at + 2 + tonumber(b)
    for first = at + 3, last, 500 do
      call(step == 'fields' and 'HDEL' or 'ZREM', key, unpack(ARGV, first, math.min(first + 499, last)))
    end
    at = last + 1
  elseif step == 'swap' then
    if call('HGET', key, b) == c then
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
      call('ZREM', key, b)
      call('ZADD', key, score, c)
    end
    at = at + 4
  elseif step == 'move' then
    local list = call('GETRANGE', key, '0', '-1')
    if list ~= '' then
      call('APPEND', KEYS[tonumber(b)], list)
      call('UNLINK', key)
    end
    at = at + 3
  elseif step == 'absent' then
    local processes, here, user, left = KEYS[tonumber(b)], KEYS[tonumber(c)], ARGV[at + 4], 0
    local last = at + 5 + tonumber(ARGV[at + 5])
    for i = at + 6, last do
      left = left + call('ZREM', key, user .. '\n' .. ARGV[i])
      call('ZREM', processes, ARGV[i] .. '\n' .. user)
    end
    local gone = left > 0 and #call('ZRANGEBYLEX', key, '[' .. user .. '\n', '(' .. user .. '\11', 'LIMIT', 0, 1) == 0
    local count = gone and tonumber(call('HGET', here, 'count') or nil)
    if count then
      call('HSET', here, 'count', string.format('%d', math.max(count - 1, 0)))
    end
    at = last + 1
  else
    local users, uses, marked = {}, call('HGET', KEYS[1], 'uses') or '', false
    for other in string.gmatch(call('HGET', KEYS[1], 'erasing') or '', '[^\n]+') do
      if other == a then
        marked = true
      else
        users[#users + 1] = other
      end
    end
    if marked and #users > 0 then
      call('HSET', KEYS[1], 'erasing', table.concat(users, '\n'))
    elseif marked then
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
end
