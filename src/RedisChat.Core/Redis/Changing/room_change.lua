-- Changes a room by compare-and-set: if fields of its hashes have the values that the client expects, writes the effects, the next revision and
-- an entry of the change log, and publishes one live event. A change of several subjects does so for each of them. The script knows no features: a change is
-- composed of the steps below.
-- KEYS[1]   hash: the room
-- KEYS[2]   sorted set: the room's change log
-- KEYS[3]   channel: the room's live events
-- KEYS[4..] hashes and sorted sets that the change reads and writes
-- ARGV[1]   how to publish: PUBLISH, or on a cluster SPUBLISH
-- ARGV[2]   the number of entries that the change log keeps
-- ARGV[3]   the revision, if the client had to put it into a value that this script cannot compose; otherwise empty
-- ARGV[4]   the change's kind: one lower-case letter
-- ARGV[5]   its subject, such as the id of a message
-- ARGV[6]   text after the subject in the entry of the change log: empty, or a colon and more
-- ARGV[7]   text after the subject in the first line of each event: empty, or a space and more words
-- ARGV[8]   who acts: 'application', whom no rule binds; 'user', if the client knows of no rules; 'guarded', if there is a step `may`
-- ARGV[9..] the steps: first all conditions, then the effects. A step is its name and its arguments; `key` is an index in KEYS.
--   of        key               the room is a thread of the room with this hash, whose rules hold. First, if it is there
--   cipher    key name        encrypted values are written: this must be the name of the present key in this hash of data keys. First, or after `of`
--   may       key user rights s  the rules must allow it: see room_guard.lua. `key` are the members; `rights` has the letter of each right that it
--                               takes; `s` is 1 if muted users may not do it
--   readers   n, n x user     only after `may`: all these users must have the right to read
--   acts      user              this user acts, who must not be in an erasure; only if there is no step `may`
--   create    epoch             if the room does not exist, creates it with this epoch
--   expect    key field value                  the field must have this value
--   absent    key field                        the field must not exist
--   exists    key field                        the field must exist
--   digest    key field sha1                   the SHA-1 of the field's value must be this, in lower-case hex
--   stamped   key n, n x (id time)             all these messages of a bucket must exist, and have these times
--   digests   key n, n x (id sha1)             the SHA-1 of the values of all these messages of a bucket must be these
--   unused    letter                           the room must not use the feature with this letter
--   delete    key field
--   remove    key n, n x field                 deletes several fields
--   set       key field value
--   increment key field by                     a counter, 0 if the field does not exist
--   seen      key field                        sets the field to the read marker of a user who has seen everything: `<last message id> <time>`
--   line      head tail                        adds a line to the event: head, revision, tail
--   text      line                             adds a line to the event
--   keep      key field                        sets the field to the event's last line
--   tally     key field most n, n x (name by)  named counts, `<revision> name count name count …`, at most `most` names: adds to them, deletes the
--                                              field when no name is left, and adds `name count …` as a line to the event
--   fewer     key most                         the hash must have fewer fields than this; otherwise an error says that it is full
--   clear     letter key name                  if the room uses the feature with this letter: deletes the field `name` and all fields `name:*`
--   sweep     letter key n, n x name           the same as `clear` for several names, in one pass over the hash
--   enter     key member                       adds a member with the score 0 to a sorted set
--   leave     key n, n x member                removes members of a sorted set, as far as they are there
--   vacate    gone key number n         sets the bit `number` of the string `gone` if the bucket `key` with this number has no more than the n messages that are deleted, and is full
--   cut       key below                 removes the ids below `below` from the beginning of a list of ids, as soon as they are worth copying the rest: the list is short, or they are half of it, or many
--   close     letter key n, n x field          if the room uses the feature with this letter: sets each of these fields that exists to `x`
--   summary   log channel key thread n time m floor, m x (id user)   in a thread from which n replies are deleted: renews its summary in the room that it belongs
--                                              to, with a revision, an entry and an event of that room. The newest replies that are left are those of the present
--                                              summary with ids above `floor`, and then the m that the client found, newest first, the first of them sent at `time`
--   put       letter key field value           if the room uses the feature with this letter: sets the field
--   mark      letter                           records that the room uses the feature with this letter
--   event     kind subject                     the steps that follow belong to another subject, with the revision after this one, an entry and an event of its own
-- Returns {1, the last revision, the tallies' lines…}. If a condition does not hold or the revision in ARGV[3] is not acceptable, returns {0, the lowest
-- acceptable revision, the current values of the conditions' fields…} and writes nothing. If the rules refuse it, returns {2, how long to wait in µs,
-- the reason}; if a user acts and the room has rules, or users are being erased there, {3, 0, the features that it uses}: the client tries again with `may`; if another data key is in use, {4, 0}.
local call, try = redis.call, redis.pcall

-- The rules of a room that has none: everyone may read, join, send and react, and change what is their own.
local NO_RULES = '0 - 0 0 0 -=rjsce'

-- Lua also accepts '0x10', '1e3' and 'nan' as numbers, and is exact only up to 2^53.
local function counter(text)
  return text and #text <= 16 and string.match(text, '^%d+$') and tonumber(text) < 9e15 and tonumber(text)
end

local room = call('HMGET', KEYS[1], 'epoch', 'last', 'at', 'rev', 'uses')
if ARGV[8] == 'user' and string.find(room[5] or '', '[gz]') then
  return {3, 0, room[5]}
end
local before, uses = counter(room[4] or '0'), room[5] or ''
local clock = call('TIME')
local time = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local at, above = 9, nil

--#include erasure_guard.lua
if ARGV[at] == 'of' then
  above = KEYS[tonumber(ARGV[at + 1])]
  if call('HGET', above, 'epoch') == '!' then
    return {err = 'CHATDELETED the room is being deleted'}
  end
  at = at + 2
end
if ARGV[at] == 'cipher' then
  if call('HGET', KEYS[tonumber(ARGV[at + 1])], 'current') ~= ARGV[at + 2] then
    return {4, 0}
  end
  at = at + 3
end
if (ARGV[at] == 'may' and being_erased(KEYS[1], uses, ARGV[at + 2])) or (ARGV[at] == 'acts' and being_erased(KEYS[1], uses, ARGV[at + 1])) then
  return {2, 0, 'erasing'}
elseif ARGV[at] == 'acts' then
  at = at + 2
elseif ARGV[at] == 'may' then
  local rules = call('HGET', above or KEYS[1], 'rules') or NO_RULES
--#include room_guard.lua
  local entry, reason, wait = call('HGET', KEYS[tonumber(ARGV[at + 1])], ARGV[at + 2]), nil, nil
  for right in string.gmatch(ARGV[at + 3], '%l') do
    if not reason then
      reason, wait = guard(entry, right, ARGV[at + 4] == '1')
    end
  end
  if reason == 'unreadable' then
    return {err = 'CHATDATA the rules or the entry of the user among the members cannot be read'}
  elseif reason then
    return {2, wait, reason}
  end
  at = at + 5
  if ARGV[at] == 'readers' then
    local people, count = KEYS[tonumber(ARGV[at - 4])], tonumber(ARGV[at + 1])
    for i = at + 2, at + 1 + count do
      reason = guard(call('HGET', people, ARGV[i]), 'r', false)
      if reason == 'unreadable' then
        return {err = 'CHATDATA the entry of a user among the members cannot be read'}
      elseif reason then
        return {2, 0, 'mentioned'}
      end
    end
    at = at + 2 + count
  end
end
local created = ARGV[at] == 'create' and not room[1] and not room[2]
if created then
  room = {ARGV[at + 1], '0', '0', false, room[5]}
end
if ARGV[at] == 'create' then
  at = at + 2
end
local has_epoch = room[1] and #room[1] <= 16 and string.match(room[1], '^[1-9a-f][0-9a-f]*$')
local valid = has_epoch and counter(room[2]) and counter(room[3]) and before
local least = math.max(time, (before or 0) + 1)

-- The values of the fields that the change touches: each is read once, before anything is written.
local known, answer, conflict = {}, {0, least}, false
local words = {expect = 4, absent = 3, exists = 3, digest = 4}
while words[ARGV[at]] or ARGV[at] == 'stamped' or ARGV[at] == 'digests' or ARGV[at] == 'unused' do
  local condition, key, field, expected = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if condition == 'unused' then
    conflict = conflict or string.find(uses, key, 1, true) ~= nil
    answer[#answer + 1] = false
    at = at + 2
  elseif condition == 'stamped' or condition == 'digests' then
    local ids, count = {}, tonumber(field)
    for i = 1, count do
      ids[i] = ARGV[at + 1 + 2 * i]
    end
    local values = call('HMGET', KEYS[tonumber(key)], unpack(ids))
    for i = 1, count do
      known[key .. ' ' .. ids[i]] = values[i]
      local found = values[i] and (condition == 'stamped' and string.match(values[i], '[{,]%s*"t"%s*:%s*(%d+)') or condition == 'digests' and redis.sha1hex(values[i]))
      conflict = conflict or found ~= ARGV[at + 2 + 2 * i]
    end
    answer[#answer + 1] = false
    at = at + 3 + 2 * count
  else
    local value = call('HGET', KEYS[tonumber(key)], field) or false
    known[key .. ' ' .. field] = value
    answer[#answer + 1] = value
    if condition == 'expect' then
      conflict = conflict or value ~= expected
    elseif condition == 'absent' then
      conflict = conflict or value ~= false
    else
      conflict = conflict or not value or condition == 'digest' and redis.sha1hex(value) ~= expected
    end
    at = at + words[condition]
  end
end

-- The client's revision is already part of a compressed value. It may be off by a second; beyond that, the client does not know this server's clock.
local revision = ARGV[3] == '' and least or tonumber(ARGV[3])
if conflict or revision <= (before or 0) or revision < time - 1000000 or revision > least + 1000000 then
  return answer
end
if room[1] == '!' then
  return {err = 'CHATDELETED the room is being deleted'}
end
if not valid then
  return {err = 'CHATDATA the room has no valid counters'}
end
local now, previous = string.format('%d', revision), room[4] or '0'
answer = {1, revision}

local lines, deletes, sets, marked, vacated, cuts = {}, {}, {}, false, {}, {}
local events, kind, subject, more = {}, ARGV[4], ARGV[5], ARGV[6]
local above_event

-- Ends an event: its revision, its entry of the change log, and what is published.
local function finish()
  local head = table.concat({kind, room[1], room[2], room[3], now, previous, subject .. ARGV[7]}, ' ')
  local entry, event = now .. ':' .. kind .. ':' .. subject .. more, head .. (#lines > 0 and '\n' or '') .. table.concat(lines, '\n')
  events[#events + 1] = {now, entry, event, KEYS[2], KEYS[3], before == 0 and #events == 0}
end

local function read(key, field)
  local name = key .. ' ' .. field
  if known[name] == nil then
    known[name] = call('HGET', KEYS[tonumber(key)], field) or false
  end
  return known[name]
end

local function set(key, field, value)
  sets[#sets + 1] = {key = KEYS[tonumber(key)], field = field, old = read(key, field), value = value}
end

local function delete(key, field, old)
  deletes[#deletes + 1] = {key = KEYS[tonumber(key)], field = field, old = old}
end

-- Deletes several fields by one command for each 500. `old` are alternating fields and values.
local function delete_all(key, old)
  for first = 1, #old, 1000 do
    local fields, values = {}, {}
    for i = first, math.min(first + 999, #old), 2 do
      fields[#fields + 1] = old[i]
      values[#values + 1] = old[i]
      values[#values + 1] = old[i + 1]
    end
    deletes[#deletes + 1] = {key = KEYS[tonumber(key)], fields = fields, values = values}
  end
end

-- Adds to the counts of a tally; nil if the value is not a tally, false if it would have too many names.
local function add(tally, most, first, last)
  local names, counts, size = {}, {}, #(string.match(tally, '^%d*') or '')
  for name, count in string.gmatch(tally, ' ([^ ]+) (%d+)') do
    names[#names + 1] = name
    counts[name] = counter(count)
    size = size + #name + #count + 2
  end
  local was, total = #names, 0
  if size ~= #tally then
    return nil
  end
  for i = first, last, 2 do
    local name = ARGV[i]
    if not counts[name] then
      names[#names + 1] = name
    end
    counts[name] = (counts[name] or 0) + tonumber(ARGV[i + 1])
  end
  local words = {}
  for i = 1, #names do
    local count = counts[names[i]]
    if not count or count < 0 or count > 9e15 then
      return nil
    elseif count > 0 then
      total = total + 1
      words[#words + 1] = names[i] .. ' ' .. string.format('%d', count)
    end
  end
  if total > most and total > was then
    return false
  end
  return table.concat(words, ' ')
end

while at <= #ARGV do
  local step, a, b, c = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if step == 'line' then
    lines[#lines + 1] = a .. now .. b
    at = at + 3
  elseif step == 'text' then
    lines[#lines + 1] = a
    at = at + 2
  elseif step == 'keep' then
    set(a, b, lines[#lines])
    at = at + 3
  elseif step == 'set' then
    set(a, b, c)
    at = at + 4
  elseif step == 'seen' then
    -- A later time than that of an earlier marker, as in read_mark.lua.
    local was = counter(string.match(read(a, b) or '', ' (%d+)$'))
    set(a, b, room[2] .. ' ' .. string.format('%d', math.max(revision, (was or 0) + 1)))
    at = at + 3
  elseif step == 'delete' then
    local old = read(a, b)
    if old then
      delete(a, b, old)
    end
    at = at + 3
  elseif step == 'remove' then
    local old = {}
    for i = at + 3, at + 2 + tonumber(b) do
      local value = read(a, ARGV[i])
      if value then
        old[#old + 1] = ARGV[i]
        old[#old + 1] = value
      end
    end
    delete_all(a, old)
    at = at + 3 + tonumber(b)
  elseif step == 'increment' then
    local count = counter(read(a, b) or '0')
    count = count and count + tonumber(c)
    if not count or count < 0 or count > 9e15 then
      return {err = 'CHATDATA a counter holds something else'}
    end
    set(a, b, string.format('%d', count))
    at = at + 4
  elseif step == 'tally' then
    local last = at + 4 + 2 * tonumber(ARGV[at + 4])
    local old = read(a, b)
    local text = add(old or '', tonumber(c), at + 5, last)
    if not text then
      return {err = text == nil and 'CHATDATA a tally holds something else' or 'CHATLIMIT a tally has as many names as it may have'}
    end
    if text ~= '' then
      set(a, b, now .. ' ' .. text)
    elseif old then
      delete(a, b, old)
    end
    lines[#lines + 1] = text
    answer[#answer + 1] = text
    at = last + 1
  elseif step == 'fewer' then
    if call('HLEN', KEYS[tonumber(a)]) >= tonumber(b) then
      return {err = 'CHATLIMIT a hash has as many fields as it may have'}
    end
    at = at + 3
  elseif step == 'clear' then
    if string.find(uses, a, 1, true) then
      local old = read(b, c)
      if old then
        delete(b, c, old)
      end
      local cursor, pattern = '0', string.gsub(c, '[%*%?%[%]%^\\]', '\\%0') .. ':*'
      repeat
        local found = call('HSCAN', KEYS[tonumber(b)], cursor, 'MATCH', pattern, 'COUNT', 1000)
        for i = 1, #found[2], 2 do
          delete(b, found[2][i], found[2][i + 1])
        end
        cursor = found[1]
      until cursor == '0'
    end
    at = at + 4
  elseif step == 'sweep' then
    if string.find(uses, a, 1, true) then
      local names, old, cursor = {}, {}, '0'
      for i = at + 4, at + 3 + tonumber(c) do
        names[ARGV[i]] = true
      end
      repeat
        local found = call('HSCAN', KEYS[tonumber(b)], cursor, 'COUNT', 1000)
        for i = 1, #found[2], 2 do
          if names[string.match(found[2][i], '^[^:]*')] then
            old[#old + 1] = found[2][i]
            old[#old + 1] = found[2][i + 1]
          end
        end
        cursor = found[1]
      until cursor == '0'
      delete_all(b, old)
    end
    at = at + 4 + tonumber(c)
  elseif step == 'enter' then
    if not call('ZSCORE', KEYS[tonumber(a)], b) then
      sets[#sets + 1] = {key = KEYS[tonumber(a)], member = b}
    end
    at = at + 3
  elseif step == 'leave' then
    local key, members, scores = KEYS[tonumber(a)], {}, {}
    for i = at + 3, at + 2 + tonumber(b) do
      local score = call('ZSCORE', key, ARGV[i])
      if score then
        members[#members + 1], scores[#scores + 1] = ARGV[i], score
      end
      if #members > 0 and (#members == 500 or i == at + 2 + tonumber(b)) then
        deletes[#deletes + 1] = {key = key, members = members, scores = scores}
        members, scores = {}, {}
      end
    end
    at = at + 3 + tonumber(b)
  elseif step == 'vacate' then
    local number, count = tonumber(c), tonumber(ARGV[at + 4])
    -- The bits of more buckets than this would be too long a string.
    if tonumber(room[2]) + 1 >= (number + 1) * 128 and number < 134217728 then
      local size = count == 0 and 0 or try('HLEN', KEYS[tonumber(b)])
      if type(size) == 'number' and size <= count then
        vacated[#vacated + 1] = {KEYS[tonumber(a)], c}
      end
    end
    at = at + 5
  elseif step == 'cut' then
--#include list_cut.lua
    local key = KEYS[tonumber(a)]
    local keep, length = cut_point(key, tonumber(b))
    if keep then
      cuts[#cuts + 1] = {key, keep, length}
    end
    at = at + 3
  elseif step == 'close' then
    if string.find(uses, a, 1, true) then
      for i = at + 4, at + 3 + tonumber(c) do
        if read(b, ARGV[i]) then
          set(b, ARGV[i], 'x')
        end
      end
    end
    at = at + 4 + tonumber(c)
  elseif step == 'put' then
    if string.find(uses, a, 1, true) then
      set(b, c, ARGV[at + 4])
    end
    at = at + 5
  elseif step == 'summary' then
--#include thread_summary.lua
    local thread, deleted, sent, count = ARGV[at + 4], tonumber(ARGV[at + 5]), ARGV[at + 6], tonumber(ARGV[at + 7])
    local old, floor, first = read(c, thread), tonumber(ARGV[at + 8]), at + 9
    at = first + 2 * count
    -- The deletion of the message that the thread belongs to has closed it.
    if old and old ~= 'x' then
      local newest, gone = replies_in(old, {}, floor), counter(read('1', 'deleted') or '0')
      local room_of = room_above(above)
      if not gone or not room_of then
        return {err = 'CHATDATA the room that the thread belongs to has no valid counters'}
      end
      if #newest > 0 then
        sent = string.match(old, '^%d+ %d+ %d+ (%d+)')
      end
      for i = first, at - 1 do
        newest[#newest + 1] = ARGV[i]
      end
      local summary, revised, payload = summarize(room_of, time, thread, tonumber(room[2]) - gone - deleted, sent, newest, ARGV[7])
      set(c, thread, summary)
      above_event = {revised, revised .. ':f:' .. thread, payload, KEYS[tonumber(a)], KEYS[tonumber(b)], room_of[4] == '0'}
    end
  elseif step == 'event' then
    finish()
    previous, revision = now, revision + 1
    now, answer[2] = string.format('%d', revision), revision
    kind, subject, more, lines = a, b, '', {}
    at = at + 3
  else
    if not string.find(uses, a, 1, true) then
      uses, marked = uses .. a, true
    end
    at = at + 2
  end
end

-- The event of the room that a thread belongs to comes after that of the thread.
finish()
events[#events + 1] = above_event

-- Redis does not roll back, so if a later step fails, the old values are written back.
local done = 0
local function failed(result)
  if type(result) ~= 'table' or not result.err then
    return false
  end
  for i = done, 1, -1 do
    local write = i <= #deletes and deletes[i] or sets[i - #deletes]
    if not write then
      local event = events[i - #deletes - #sets]
      call('ZREM', event[4], event[2])
    elseif write.members then
      for j, member in ipairs(write.members) do
        call('ZADD', write.key, write.scores[j], member)
      end
    elseif write.member then
      call('ZREM', write.key, write.member)
    elseif write.fields then
      call('HSET', write.key, unpack(write.values))
    elseif write.old then
      call('HSET', write.key, write.field, write.old)
    else
      call('HDEL', write.key, write.field)
    end
  end
  return true
end

-- HDEL comes first: when memory is full, Redis refuses HSET and ZADD, but not once a script has begun to write. So deletions still work then.
for i = 1, #deletes + #sets do
  local write = i <= #deletes and deletes[i] or sets[i - #deletes]
  local result
  if write.fields then
    result = try('HDEL', write.key, unpack(write.fields))
  elseif write.members then
    result = try('ZREM', write.key, unpack(write.members))
  elseif write.member then
    result = try('ZADD', write.key, '0', write.member)
  else
    result = write.value and try('HSET', write.key, write.field, write.value) or try('HDEL', write.key, write.field)
  end
  if failed(result) then
    return result
  end
  done = i
end

-- The log begins with an entry for revision 0, for readers that saw the room before its first change: as long as it exists, nothing was trimmed.
local result
for i = 1, #events do
  local event = events[i]
  if event[6] then
    result = try('ZADD', event[4], 0, '0', event[1], event[2])
  else
    result = try('ZADD', event[4], event[1], event[2])
  end
  if failed(result) then
    return result
  end
  done = done + 1
end

for i = 1, above_event and 2 or 1 do
  result = try('ZREMRANGEBYRANK', i == 1 and KEYS[2] or above_event[4], 0, -1 - tonumber(ARGV[2]))
  if failed(result) then
    return result
  end
end

for i = 1, #events do
  result = try(ARGV[1], events[i][5], events[i][3])
  if failed(result) then
    return result
  end
end

-- Both only spare readers work, so if they fail, nothing is undone.
for i = 1, #vacated do
  try('SETBIT', vacated[i][1], vacated[i][2], 1)
end
for i = 1, #cuts do
  local key, keep, length = cuts[i][1], cuts[i][2], cuts[i][3]
  if keep == length then
    try('UNLINK', key)
  else
    try('SET', key, call('GETRANGE', key, string.format('%d', keep), '-1'))
  end
end

if above_event then
  call('HSET', above, 'rev', above_event[1])
end
if created then
  call('HSET', KEYS[1], 'epoch', room[1], 'last', '0', 'at', '0')
end
if marked then
  call('HSET', KEYS[1], 'rev', now, 'uses', uses)
else
  call('HSET', KEYS[1], 'rev', now)
end
return answer
