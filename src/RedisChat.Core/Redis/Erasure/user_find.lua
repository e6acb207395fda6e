-- Finds what the keys of one room hold about a user, apart from messages, and marks the room: from then on the scripts refuse the user's writes there.
-- KEYS[1]   hash: the room
-- KEYS[2..] the keys to search, each of the room
-- ARGV[1]   the user's id
-- ARGV[2]   the id as in a JSON string, without the quotes
-- ARGV[3]   the id as a pattern for MATCH
-- ARGV[4]   the id as a word of the change log
-- ARGV[5]   1 to mark the room if something is found, 2 to mark it in any case, 0 not to; then letters of features: a room that uses one of them is not marked
-- ARGV[6]   about how many entries to examine; what is found counts as more, because it is returned
-- ARGV[7]   index in KEYS of the key to begin with
-- ARGV[8]   the cursor in that key
-- ARGV[9..] for each key from KEYS[2] on, a letter that says what to look for:
--   l  a list of the user's messages                   z  a sorted set of messages that mention the user
--   s  a hash of what the user has scheduled           f  a hash with a field for each user
--   m  members: the user's field, and those that name the user    p  pins: those that name the user
--   v  messages, as values of a hash: those that name the user    t  summaries of threads: those with the user among their participants
--   r  reactions: fields `id:user`                     k  sends: fields `user, line feed, key`
--   x  a sorted set of members `word:id:user`          h  a sorted set of members `user, line feed, process`
--   c  the change log: entries whose subject or details are the user
-- Returns the index of the key to continue with, 0 if there is nothing left, and the cursor in it; the room's epoch, features, and 1 if it was marked before;
-- 1 if it is being imported: then it is not marked; and the server's time in microseconds; then for each thing found the index of its key, its field or member, and its value. Keys of other types are skipped.
local call, try = redis.call, redis.pcall
local user, inner, pattern, word, budget = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[6])
local quoted, mention, named = '"' .. inner .. '"', '"@' .. inner .. '"', '"u":"' .. inner .. '"'
local suffix, found = ':' .. user, {}

local function add(index, field, value)
  budget = budget - 40
  found[#found + 1], found[#found + 2], found[#found + 3] = string.format('%d', index), field, value
end

local function failed(result)
  return type(result) == 'table' and result.err
end

-- Visits the fields of a hash; returns where to continue.
local function scan(index, cursor, match, visit)
  repeat
    local page = match and try('HSCAN', KEYS[index], cursor, 'MATCH', match, 'COUNT', 1000) or try('HSCAN', KEYS[index], cursor, 'COUNT', 1000)
    if failed(page) then
      return '0'
    end
    for i = 1, #page[2], 2 do
      visit(page[2][i], page[2][i + 1])
    end
    cursor = page[1]
    budget = budget - (cursor == '0' and math.max(#page[2] / 2, 10) or 1000)
  until cursor == '0' or budget <= 0
  return cursor
end

-- Visits the members of a sorted set by score, so many at once; returns where to continue: a score, and how many members with it were visited.
local function walk(index, cursor, size, visit)
  local from, skip = string.match(cursor, '^(.*):(%d+)$')
  from, skip = from or '-inf', tonumber(skip or '0')
  while true do
    local page = try('ZRANGEBYSCORE', KEYS[index], from, '+inf', 'WITHSCORES', 'LIMIT', string.format('%d', skip), string.format('%d', size))
    if failed(page) or #page == 0 then
      return '0'
    end
    for i = 1, #page, 2 do
      visit(page[i])
      skip = page[i + 1] == from and skip + 1 or 1
      from = page[i + 1]
    end
    budget = budget - #page / 2
    if #page < 2 * size then
      return '0'
    elseif budget <= 0 then
      return from .. ':' .. string.format('%d', skip)
    end
  end
end

-- The same for a set whose scores are all 0, by member; returns where to continue: the last member, in hex, because it may have any characters. A place by number would move when members before it are removed.
local function read(index, cursor, size, visit)
  local from = cursor == '0' and '-' or '(' .. string.gsub(string.sub(cursor, 2), '%x%x', function(hex) return string.char(tonumber(hex, 16)) end)
  while true do
    local page = try('ZRANGEBYLEX', KEYS[index], from, '+', 'LIMIT', '0', string.format('%d', size))
    if failed(page) then
      return '0'
    end
    for i = 1, #page do
      visit(page[i])
    end
    budget = budget - #page
    if #page < size then
      return '0'
    elseif budget <= 0 then
      return 'x' .. string.gsub(page[#page], '.', function(byte) return string.format('%02x', string.byte(byte)) end)
    end
    from = '(' .. page[#page]
  end
end

local function holds(text, part)
  return string.find(text, part, 1, true) ~= nil
end

local search = {
  l = function(i)
    local length = try('STRLEN', KEYS[i])
    if not failed(length) and length > 0 then
      add(i, string.format('%d', length), call('GETRANGE', KEYS[i], '0', '4095'))
    end
  end,
  z = function(i, cursor)
    return read(i, cursor, 250, function(id) add(i, id, '') end)
  end,
  s = function(i, cursor)
    return scan(i, cursor, nil, function(field, value) add(i, field, value) end)
  end,
  f = function(i)
    local value = try('HGET', KEYS[i], user)
    if value and not failed(value) then
      add(i, user, value)
    end
  end,
  m = function(i, cursor)
    return scan(i, cursor, nil, function(field, value)
      if field == user or holds(value, named) then
        add(i, field, value)
      end
    end)
  end,
  p = function(i, cursor)
    return scan(i, cursor, nil, function(field, value)
      if holds(value, named) then
        add(i, field, value)
      end
    end)
  end,
  v = function(i, cursor)
    return scan(i, cursor, nil, function(field, value)
      if holds(value, quoted) or holds(value, mention) then
        add(i, field, value)
      end
    end)
  end,
  t = function(i, cursor)
    return scan(i, cursor, nil, function(field, value)
      for participant in string.gmatch(value, '\n[^ \n]+ ([^\n]*)') do
        if participant == user then
          add(i, field, value)
          break
        end
      end
    end)
  end,
  r = function(i, cursor)
    return scan(i, cursor, '*:' .. pattern, function(field, value)
      if string.sub(field, -#suffix) == suffix and string.find(string.sub(field, 1, -#suffix - 1), '^%d+$') then
        add(i, field, value)
      end
    end)
  end,
  k = function(i, cursor)
    return scan(i, cursor, pattern .. '\n*', function(field, value)
      if string.sub(field, 1, #user + 1) == user .. '\n' then
        add(i, field, value)
      end
    end)
  end,
  x = function(i, cursor)
    return read(i, cursor, 1000, function(member)
      if string.sub(member, -#suffix) == suffix and string.find(string.sub(member, 1, -#suffix - 1), ':' .. string.rep('%d', 16) .. '$') then
        add(i, member, '')
      end
    end)
  end,
  h = function(i)
    local members = try('ZRANGEBYLEX', KEYS[i], '[' .. user .. '\n', '(' .. user .. '\v')
    for j = 1, failed(members) and 0 or #members do
      add(i, members[j], '')
    end
  end,
  c = function(i, cursor)
    return walk(i, cursor, 1000, function(member)
      local kind, subject = string.match(member, '^%d+:(%l):([^:]*)')
      if (kind == 'm' or kind == 'o') and subject == word or holds(member, named) then
        add(i, member, '')
      end
    end)
  end,
}

local clock = call('TIME')
local now = string.format('%d%06d', tonumber(clock[1]), tonumber(clock[2]))
local room = try('HMGET', KEYS[1], 'epoch', 'uses', 'erasing', 'import')
if failed(room) then
  return {'0', '0', '', '', '0', '0', now}
end
local index, cursor = tonumber(ARGV[7]), ARGV[8]
while index <= #KEYS and budget > 0 do
  cursor = search[ARGV[index + 7]](index, cursor) or '0'
  budget = budget - 10
  if cursor == '0' then
    index = index + 1
  end
end

local uses, users = room[2] or '', room[3] or ''
local marked = holds('\n' .. users .. '\n', '\n' .. user .. '\n')
local importing = room[4] and true or false
local marks, but = string.sub(ARGV[5], 1, 1), string.sub(ARGV[5], 2)
if (marks == '2' or marks == '1' and #found > 0) and not marked and not importing and not (but ~= '' and string.find(uses, '[' .. but .. ']')) then
  uses = holds(uses, 'z') and uses or uses .. 'z'
  call('HSET', KEYS[1], 'erasing', users == '' and user or users .. '\n' .. user, 'uses', uses)
end
local answer = {index > #KEYS and '0' or string.format('%d', index), cursor, room[1] or '', uses, marked and '1' or '0', importing and '1' or '0', now}
for i = 1, #found do
  answer[#answer + 1] = found[i]
end
return answer
