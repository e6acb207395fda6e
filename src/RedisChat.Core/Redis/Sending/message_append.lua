-- Appends a batch of messages to one room: all of them or, on any error, none.
-- A batch is recognized by the key of its call, or its messages by idempotency keys of their own. A recognized message is not stored again.
-- KEYS[1]    hash: the room
-- KEYS[2]    hash: the bucket that the client expects the first new id to fall into
-- KEYS[3]    hash: the next bucket
-- KEYS[4]    hash: the sends in the time window that the client guesses
-- KEYS[5]    channel: the room's live events
-- KEYS[6]    string: the id list of the first message: each message goes into one or more lists, such as its author's
-- KEYS[7..]  strings: further lists; then hashes: of earlier calls; with replies, the sealed buckets and the buckets of the messages that are replied to;
--            what the authors of scheduled messages have scheduled, each with the data keys after it if it is encrypted; with mentions, the sorted sets of those who are mentioned;
--            if messages expire, the sorted set of those that do; in an encrypted room, the hash of its data keys;
--            in a thread, of the room that it belongs to: the bucket of its message, the sealed buckets, the room, its change log, its live events, and its threads;
--            if guarded, the members and the rates, in a thread those of that room; last, with idempotency keys, of the previous window
-- ARGV[1]    number of the bucket in KEYS[2]
-- ARGV[2]    number of the window in KEYS[4]
-- ARGV[3]    length of a window, in seconds
-- ARGV[4]    how to publish: PUBLISH, or on a cluster SPUBLISH
-- ARGV[5]    the room's epoch as the client knows it; or, if the room does not exist yet, the epoch that it gets
-- ARGV[6]    the room's last message id as the client knows it: if it is smaller now, history was lost; -1 if the client does not know the room.
--            If the values are encrypted, '=known last forms key name skipped': that id; the last id that the values were encrypted for, because an encrypted value is bound to its id;
--            in how many forms each value is there, for that id and those after it; the index in KEYS of the hash of data keys; the name of the key that encrypted
--            them; and between blanks, the indexes of the messages that the client expects not to be stored now
-- ARGV[7]    key of this call; empty if the messages have idempotency keys; '!' if they have idempotency keys and are guarded: the room has rules; '>' if they
--            are guarded and there are replies, scheduled messages or mentions among them, whether the room has rules or not, followed by the index of the sorted set if messages
--            expire; '^id length proof' and then perhaps a blank and that index if the room is a thread,
--            where the rules of the room that it belongs to hold: the message that it belongs to, the number of entries that the change log of that room keeps, and a
--            proof, as for a reply
-- ARGV[8]    number of earlier calls that carried this batch, perhaps with others, and got no answer; then for each of them:
-- ARGV[+1]   index in KEYS of its window's hash
-- ARGV[+2]   its key
-- then for each message:
-- ARGV[+1]   indexes in KEYS of the lists it belongs to: '6', or several separated by commas: '6,8'. Of a reply, then ' id:bucket:sealed:proof' with the id of the
--            message that is replied to, the indexes in KEYS of its bucket and of the sealed buckets, and, if the client read the sealed bucket, its SHA-1 in
--            lower-case hex, after a '-' if the message is not in it. Of a message that expires, then ' xlife' with its life in µs. Of a scheduled message, then ' @key:id:sha1' with the index of the hash that it is removed from,
--            its field, the SHA-1 of the value that the field must have, in lower-case hex, and if the value is encrypted, ':' and the name of its key, which must not have been deleted. Then for each mention a line break, the index of its sorted set, and '@' and the user's id,
--            '&' and the role's name, or '*' for everyone. Last, a line break, '+' and a letter if the room uses the feature with this letter from then on
-- ARGV[+2]   its value without the opening brace and the time, which this script adds; of encrypted values, all forms, separated by line feeds
-- ARGV[+3]   with idempotency keys: its idempotency field
-- ARGV[+4]   with idempotency keys: digest of its content, to distinguish a repetition from a reused key; in an encrypted room, after the name of the data key
--            that the digest was made with. Digests of different keys cannot be compared: the message counts as a repetition
-- ARGV[+5]   if guarded: its author, whose rights count; empty if the application sends it
-- ARGV[+6]   if guarded: the number of its send. A send is stored as a whole or refused as a whole
-- ARGV[last] only if the sender is being traced: its traceparent, which is passed on in the live event
-- Returns 'epoch revision id time' with the id of the first new message; then 'n:id:time' for each message n that was stored before, or '=n' if
-- the earlier call n had stored the batch, with its id and time; or '!n:reason:µs' if send n was refused, and how long to wait, 0 if waiting is no use,
-- or '!n:erasing:0' because its author is being erased, or '!n:missing:id' or '!n:sealed:id' because of a message that is replied to, '!n:closed:id' or '!n:unproven:id' because of the message that the thread belongs to,
-- '!n:unscheduled:0' or '!n:shredded:0', or '!n:mentioned:0' or '!n:@reason:0' because of a mention; and last, 'l' if messages were stored, the room is in the directory, and
-- its previous message was sent in another minute;
-- or {last id, window, epoch, features} if a guess was wrong: nothing is written, and the client tries again with these values. If the values were encrypted, the fifth is 'key' if
-- another data key is in use; otherwise, between blanks, the indexes of the messages that are not stored now, if these are others than the client expected.
local HEAD, SIZE, MOST = 8, 128, 9e15
local call, try = redis.call, redis.pcall

-- Lua also accepts '0x10', '1e3' and 'nan' as numbers, and its integers are exact only up to 2^53.
local room = call('HMGET', KEYS[1], 'epoch', 'last', 'at', 'rev', 'uses')
local epoch, at, revision, uses = room[1], room[3] or '0', room[4] or '0', room[5] or ''
local last, since = tonumber(room[2] or '0'), tonumber(at)
if (not epoch) ~= (not room[2]) or not string.find((room[2] or '') .. at .. revision, '^%d+$')
  or not (last and since and revision ~= '')
  or last > MOST or since > MOST or tonumber(revision) > MOST
  or epoch and epoch ~= ARGV[5] and not (#epoch <= 16 and string.find(epoch, '^[1-9a-f][0-9a-f]*$')) then
  return {err = epoch == '!' and 'CHATDELETED the room is being deleted' or 'CHATDATA the room has no valid counters'}
end

local thread, log_length, proof, above, features, expires = nil, nil, nil, nil, uses, nil
if string.byte(ARGV[7]) == 94 then
  thread, log_length, proof, expires = string.match(ARGV[7], '^%^(%d+) (%d+) (%S*) ?(%d*)$')
  above = call('HMGET', KEYS[#KEYS - 6], 'uses', 'epoch')
  if above[2] == '!' then
    return {err = 'CHATDELETED the room is being deleted'}
  end
  features = above[1] or ''
end
local linked = thread or string.byte(ARGV[7]) == 62
if linked and not thread then
  expires = string.sub(ARGV[7], 2)
end
expires = linked and KEYS[tonumber(expires)]
local guarded = linked or ARGV[7] == '!'
local keyed = guarded or ARGV[7] == ''
local each = guarded and 6 or keyed and 4 or 2
local earlier = tonumber(ARGV[8])
local before = HEAD + 2 * earlier
local traced = (#ARGV - before) % 2
local messages = (#ARGV - before - traced) / each
if last + messages > MOST then
  return {err = 'CHATFULL the room has given out all its message ids'}
end

local clock = call('TIME')
local window = math.floor(clock[1] / ARGV[3])
local bucket = tonumber(ARGV[1])
local known_last, shift, forms, data_keys, key_name, skipped = ARGV[6], 0, 1, nil, nil, nil
if string.byte(known_last) == 61 then
  known_last, shift, forms, data_keys, key_name, skipped = string.match(known_last, '^=(%-?%d+) (%d+) (%d+) (%d+) (%x+)(.*)$')
  shift, forms = last - tonumber(shift), tonumber(forms)
end
local lost = known_last ~= '-1' and (epoch ~= ARGV[5] or last < tonumber(known_last))
local unguarded = not guarded and string.find(uses, '[gz]')
local unexpiring = not expires and (string.find(features, 'x', 1, true) or thread and string.find(uses, 'x', 1, true))
if lost or unguarded or unexpiring or shift < 0 or shift >= forms or window ~= tonumber(ARGV[2]) or last + 1 < bucket * SIZE or last + messages >= (bucket + 2) * SIZE then
  -- A thread has the default life of its room.
  return {last, window, epoch or '', unexpiring and not string.find(uses, 'x', 1, true) and uses .. 'x' or uses}
end
local encrypts = ''
if key_name then
  if call('HGET', KEYS[tonumber(data_keys)], 'current') ~= key_name then
    return {last, window, epoch or '', uses, 'key'}
  end
  encrypts = string.find(uses, 'e', 1, true) and '' or 'e'
end
epoch = epoch or ARGV[5]
local trace = traced == 1 and ' ~' .. ARGV[#ARGV] or ''
local now = clock[1] .. string.format('%06d', clock[2])
local moved = string.find(uses, 'l', 1, true) and math.floor(since / 6e7) ~= math.floor(now / 6e7) and ' l' or ''
local keep = string.format('%d', 2 * ARGV[3])
local first = string.format('%d', last + 1)
local split = (bucket + 1) * SIZE

-- The form of an encrypted value that belongs to the id that the message gets.
local form = forms > 1 and function(forms_of_value)
  local i = 0
  for value in string.gmatch(forms_of_value, '[^\n]+') do
    if i == shift then
      return value
    end
    i = i + 1
  end
end

-- Redis searches a hash of up to 512 small fields linearly. A first value of more than 64 bytes makes it a real hash table.
local fill = since < window * ARGV[3] * 1e6 and string.rep(' ', 64) or ''

-- Nearly all sends take this path. It creates no tables, because those are the main cost of a script.
local failed, done, sent, writes, order, lists, mentions, before_reply, logged
if messages == 1 and not keyed and earlier == 0 and ARGV[HEAD + 1] == '6' then
  local inside = last + 1 < split
  local value = '{"t":' .. now .. (forms == 1 and ARGV[HEAD + 2] or form(ARGV[HEAD + 2]))
  local claimed = try('HSETNX', KEYS[4], ARGV[7], first .. ':' .. now .. fill)
  local stored = claimed == 1 and try('HSETNX', inside and KEYS[2] or KEYS[3], first, value)
  local listed = stored == 1 and try('APPEND', KEYS[6], first .. ',')
  local kept = type(listed) == 'number' and try('EXPIRE', KEYS[4], keep)
  local published = type(kept) == 'number'
    and try(ARGV[4], KEYS[5], 'c ' .. epoch .. ' ' .. first .. ' ' .. now .. ' ' .. revision .. ' ' .. at .. trace .. '\n' .. value)
  if type(published) == 'number' then
    if encrypts ~= '' then
      call('HSET', KEYS[1], 'epoch', epoch, 'last', first, 'at', now, 'uses', uses .. encrypts)
    elseif room[1] then
      call('HSET', KEYS[1], 'last', first, 'at', now)
    else
      call('HSET', KEYS[1], 'epoch', epoch, 'last', first, 'at', now)
    end
    return epoch .. ' ' .. revision .. ' ' .. first .. ' ' .. now .. moved
  end

  failed = published or kept or listed or stored or claimed
  done = claimed ~= 1 and 0 or stored ~= 1 and 1 or type(listed) ~= 'number' and 2 or 3
  sent, writes, order, lists, mentions = {ARGV[7]}, {inside and {first} or {}, inside and {} or {first}}, {'6'}, {['6'] = first .. ','}, {}
else
  for i = 1, earlier do
    local hash, key = KEYS[tonumber(ARGV[HEAD + 2 * i - 1])], ARGV[HEAD + 2 * i]
    -- If that call is still on its way, it will store nothing.
    local given_up = call('HSETNX', hash, key, '-') == 1
    -- This must write in any case, so that a later WAIT also covers the first call, which came over another connection.
    call('EXPIRE', hash, keep)
    local receipt = given_up and '-' or call('HGET', hash, key)
    if receipt ~= '-' then
      local id, time = string.match(receipt, '^(%d+):(%d+) *$')
      return id and table.concat({epoch, revision, id, time, '=' .. i}, ' ') or {err = 'CHATDATA an earlier call has no valid receipt'}
    end
  end

  local fields, known, known_before, in_batch, repeated = {}, {}, {}, {}, {}
  if keyed then
    for i = 1, messages do
      fields[i] = ARGV[before + (i - 1) * each + 3]
    end
    known = call('HMGET', KEYS[4], unpack(fields))
    known_before = call('HMGET', KEYS[#KEYS], unpack(fields))
  end

  -- What was stored before is recognized first: a repetition gets its receipt, whatever the rules say now.
  local refused, rates, lifetime, due = {}, {}, 0, {}
  local ruled = guarded and string.find(features, 'g', 1, true)
  local summary, unthreaded

  -- The users who are being erased in the room: the field `erasing` lists them.
  local erasing = string.find(uses, 'z', 1, true) and call('HGET', KEYS[1], 'erasing') or ''
  if thread and string.find(features, 'z', 1, true) then
    erasing = erasing .. '\n' .. (call('HGET', KEYS[#KEYS - 6], 'erasing') or '')
  end
  local function being_erased(value)
    for user in string.gmatch(erasing, '[^\n]+') do
      local author = ',"u":"' .. string.gsub(user, '[\\"]', '\\%0') .. '",'
      if string.sub(value, 1, #author) == author then
        return true
      end
    end
  end

  if ruled or linked or erasing ~= '' then
    local rules, time, people, paces = ruled and call('HGET', thread and KEYS[#KEYS - 6] or KEYS[1], 'rules'), tonumber(now), KEYS[#KEYS - 2], KEYS[#KEYS - 1]
--#include room_guard.lua
--#include reply_guard.lua
--#include mention_guard.lua
    if thread then
      -- A thread with a summary is open, because the deletion of its message closes it.
      summary = call('HGET', KEYS[#KEYS - 3], thread)
      unthreaded = summary == 'x' and 'closed' or not summary and absence(thread, KEYS[#KEYS - 8], KEYS[#KEYS - 7], proof, KEYS[#KEYS - 6], above[1] or '')
      unthreaded = unthreaded == 'missing' and 'closed' or unthreaded == 'sealed' and 'unproven' or unthreaded
    end
    local i, accepted, entries = 1, {}, {}
    while i <= messages do
      local send, fresh, paced = ARGV[before + i * each], {}, {}
      while ARGV[before + i * each] == send and i <= messages do
        local user, field = ARGV[before + i * each - 1], fields[i]
        local is_new = not (refused[send] or known[i] or known_before[i] or accepted[field] or fresh[field])
        if is_new and being_erased(ARGV[before + (i - 1) * each + 2]) then
          refused[send], is_new = ' !' .. send .. ':erasing:0', false
        end
        if ruled and is_new and user ~= '' then
          if entries[user] == nil then
            entries[user] = call('HGET', people, user)
          end
          local reason, wait, pace, seconds = guard(entries[user], 's', true, function()
            return paced[user] or rates[user] or call('HGET', paces, user)
          end)
          if reason == 'unreadable' then
            return {err = 'CHATDATA the rules or the author\'s entry among the members cannot be read'}
          elseif reason then
            -- A second message in the same send is too early however late the send is.
            wait = reason == 'slow' and paced[user] and 0 or wait
            refused[send] = ' !' .. send .. ':' .. reason .. ':' .. string.format('%d', wait)
          else
            fresh[field], paced[user], lifetime = true, pace, math.max(lifetime, seconds or 0)
          end
        end
        if linked and not refused[send] then
          local where = ARGV[before + (i - 1) * each + 1]
          local hash, id, digest, key = string.match(string.match(where, '^[^\n]*'), ' @(%d+):(%x+):(%x+):?(%x*)$')
          local reason, detail
          if is_new then
            reason, detail = unthreaded, thread
            if not reason then
              reason, detail = parent(where)
            end
            if not reason and user ~= '' then
              reason, detail = unmentionable(where, entries[user] or false, entries), '0'
              if reason == 'unreadable' then
                return {err = 'CHATDATA the rules or the entry of a mentioned user among the members cannot be read'}
              end
            end
            local scheduled = not reason and hash and call('HGET', KEYS[tonumber(hash)], id)
            if not reason and hash and (not scheduled or redis.sha1hex(scheduled) ~= digest) then
              reason, detail = 'unscheduled', '0'
            elseif not reason and hash and key ~= '' and call('HEXISTS', KEYS[tonumber(hash) + 1], key) == 0 then
              reason, detail = 'shredded', '0'
            end
          end
          if hash and not reason then
            due[#due + 1] = {KEYS[tonumber(hash)], id, send}
          end
          refused[send] = reason and ' !' .. send .. ':' .. reason .. ':' .. detail
        end
        i = i + 1
      end
      for field in pairs(refused[send] and {} or fresh) do
        accepted[field] = true
      end
      for user, pace in pairs(refused[send] and {} or paced) do
        rates[user] = pace
      end
    end
  end

  local receipts, values, rows, open_sets, fresh_replies, marks = {}, {}, {{}, {}}, {}, {}, encrypts
  local unstored, shifted = ' ', false
  local life = expires and tonumber(call('HGET', thread and KEYS[#KEYS - 6] or KEYS[1], 'life') or nil)
  sent, writes, order, lists, mentions = {}, {{}, {}}, {}, {}, {}
  for i = 1, messages do
    local arg = before + (i - 1) * each
    local receipt = keyed and (known[i] or known_before[i] or in_batch[fields[i]])
    local send = guarded and ARGV[arg + 6]
    if skipped then
      -- Encrypted values have the ids that they were encrypted for only if exactly those messages are stored that the client expected.
      local is_stored = not (refused[send] or receipt)
      unstored = is_stored and unstored or unstored .. i .. ' '
      shifted = shifted or is_stored == (string.find(skipped, ' ' .. i .. ' ', 1, true) ~= nil)
    end
    if refused[send] then
      if send ~= refused.last then
        repeated[#repeated + 1], refused.last = refused[send], send
      end
    elseif receipt then
      local id, time, digest = string.match(receipt, '^(%d+):(%d+):(%x+)$')
      if not id or #id > 16 or #time > 16 then
        return {err = 'CHATDATA an idempotency key has no valid receipt'}
      end
      -- Digests that were made with different keys, or one of them with none, cannot be compared. What precedes the last 16 digits names the key.
      if digest ~= ARGV[arg + 4] and string.sub(digest, 1, -17) == string.sub(ARGV[arg + 4], 1, -17) then
        return {err = 'CHATCONFLICT an idempotency key was used for another message'}
      end
      repeated[#repeated + 1] = ' ' .. i .. ':' .. id .. ':' .. time
    else
      last = last + 1
      local id = string.format('%d', last)
      local own_life = expires and tonumber(string.match(string.match(ARGV[arg + 1], '^[^\n]*'), ' x(%d+)')) or life
      local expiry = own_life and string.format('%d', tonumber(now) + own_life)
      local value = '{"t":' .. now .. (expiry and ',"x":' .. expiry or '') .. (forms == 1 and ARGV[arg + 2] or form(ARGV[arg + 2]))
      local bucket_of = last < split and 1 or 2
      local ids, row = writes[bucket_of], rows[bucket_of]
      ids[#ids + 1] = id
      row[#row + 1] = id
      row[#row + 1] = value
      values[#values + 1] = value
      if thread then
        fresh_replies[#fresh_replies + 1], fresh_replies[#fresh_replies + 2] = id, string.match(fields[i], '^[^\n]*')
      end
      if keyed then
        in_batch[fields[i]] = id .. ':' .. now .. ':' .. ARGV[arg + 4]
        sent[#sent + 1] = fields[i]
        receipts[#receipts + 1] = fields[i]
        receipts[#receipts + 1] = in_batch[fields[i]]
      end
      if expiry then
        local members = open_sets.expires
        if not members or #members > 1000 then
          members = {expires}
          open_sets.expires, mentions[#mentions + 1] = members, members
        end
        members[#members + 1], members[#members + 2] = expiry, id
        marks = string.find(uses .. marks, 'x', 1, true) and marks or marks .. 'x'
      end
      local where = ARGV[arg + 1]
      local mark = linked and string.match(where, '\n%+(%l)$')
      marks = mark and not string.find(uses .. marks, mark, 1, true) and marks .. mark or marks
      if lists[where] then
        lists[where] = lists[where] .. id .. ','
      else
        for list in string.gmatch(linked and string.match(where, '^[%d,]+') or where, '%d+') do
          if not lists[list] then
            order[#order + 1] = list
          end
          lists[list] = (lists[list] or '') .. id .. ','
        end
        for set, word in string.gmatch(linked and where or '', '\n(%d+)([@&*][^\n]*)') do
          local members = open_sets[set]
          if not members or #members > 1000 then
            members = {KEYS[tonumber(set)]}
            open_sets[set], mentions[#mentions + 1] = members, members
          end
          local digits = string.format('%016d', last)
          marks = string.find(uses .. marks, 'n', 1, true) and marks or marks .. 'n'
          members[#members + 1] = '0'
          members[#members + 1] = string.sub(word, 1, 1) == '@' and digits or word .. ':' .. digits .. ':' .. string.match(fields[i], '^[^\n]*')
        end
      end
    end
  end

  -- What is stored, now or before, is no longer scheduled.
  local function unschedule()
    for i = 1, #due do
      if not refused[due[i][3]] then
        call('HDEL', due[i][1], due[i][2])
      end
    end
  end

  local head = epoch .. ' ' .. revision .. ' ' .. first .. ' ' .. now
  if #values == 0 then
    -- This must write in any case, so that a WAIT also covers the first call.
    call('EXPIRE', KEYS[known[1] and 4 or #KEYS], keep)
    unschedule()
    return head .. table.concat(repeated)
  end

  if shifted then
    return {tonumber(first) - 1, window, room[1] or '', uses, unstored}
  end

  -- If the room's hash was lost or set back, but not its messages, they would be overwritten.
  for i = 1, 2 do
    for _, message in ipairs(#writes[i] > 0 and call('HMGET', KEYS[i + 1], unpack(writes[i])) or {}) do
      if message then
        return {err = 'CHATDATA the room holds messages above its last id'}
      end
    end
  end

  local payload, revised
  if thread then
--#include thread_summary.lua
    above, before_reply = room_above(KEYS[#KEYS - 6]), summary
    local newest = {}
    for i = #fresh_replies - 1, 1, -2 do
      newest[#newest + 1], newest[#newest + 2] = fresh_replies[i], fresh_replies[i + 1]
    end
    local deleted = tonumber(call('HGET', KEYS[1], 'deleted') or '0')
    if not above or not deleted then
      return {err = 'CHATDATA the room that the thread belongs to has no valid counters'}
    end
    summary, revised, payload = summarize(above, tonumber(now), thread, last - deleted, now, replies_in(summary, newest, 0), trace)

    -- Finds a key of another type before the first write.
    call('ZSCORE', KEYS[#KEYS - 5], '0')
  end

  done = 0
  local function write(...)
    if failed then
      return nil
    end
    local result = try(...)
    if type(result) == 'table' and result.err then
      failed = result
    else
      done = done + 1
    end
    return result
  end

  if keyed then
    write('HSET', KEYS[4], unpack(receipts))
  else
    sent[1] = ARGV[7]
    if write('HSETNX', KEYS[4], ARGV[7], first .. ':' .. now .. fill) == 0 then
      failed, done = 0, 0
    end
  end
  for i = 1, 2 do
    if #writes[i] > 0 then
      write('HSET', KEYS[i + 1], unpack(rows[i]))
    end
  end
  for i = 1, #order do
    write('APPEND', KEYS[tonumber(order[i])], lists[order[i]])
  end
  for i = 1, #mentions do
    write('ZADD', unpack(mentions[i]))
  end
  write('EXPIRE', KEYS[4], keep)
  if thread then
    write('HSET', KEYS[#KEYS - 3], thread, summary)
    if above[4] == '0' then
      write('ZADD', KEYS[#KEYS - 5], 0, '0', revised, revised .. ':f:' .. thread)
    else
      write('ZADD', KEYS[#KEYS - 5], revised, revised .. ':f:' .. thread)
    end
    logged = revised .. ':f:' .. thread
  end
  write(ARGV[4], KEYS[5], 'c ' .. epoch .. ' ' .. string.format('%d', last) .. ' ' .. now .. ' ' .. revision .. ' ' .. at .. trace .. '\n' .. table.concat(values, '\n'))
  if thread then
    write(ARGV[4], KEYS[#KEYS - 4], payload)
  end
  if not failed then
    if thread then
      call('ZREMRANGEBYRANK', KEYS[#KEYS - 5], 0, -1 - tonumber(log_length))
      if string.find(above[5], 'f', 1, true) then
        call('HSET', KEYS[#KEYS - 6], 'rev', revised)
      else
        call('HSET', KEYS[#KEYS - 6], 'rev', revised, 'uses', above[5] .. 'f')
      end
    end
    call('HSET', KEYS[1], 'epoch', epoch, 'last', string.format('%d', last), 'at', now)
    if marks ~= '' then
      call('HSET', KEYS[1], 'uses', uses .. marks)
    end
    for user, pace in pairs(rates) do
      call('HSET', KEYS[#KEYS - 1], user, pace)
      call('EXPIRE', KEYS[#KEYS - 1], lifetime)
    end
    unschedule()
    return head .. table.concat(repeated) .. moved
  end
end

-- Redis does not roll back a script that fails halfway, so this undoes its writes.
local step = 1
for i = 1, done >= step and #sent or 0 do
  call('HDEL', KEYS[4], sent[i])
end
for i = 1, 2 do
  step = step + (#writes[i] > 0 and 1 or 0)
  for j = 1, done >= step and #writes[i] or 0 do
    call('HDEL', KEYS[i + 1], writes[i][j])
  end
end
for i = 1, #order do
  step = step + 1
  if done >= step then
    local key, added = KEYS[tonumber(order[i])], lists[order[i]]
    local rest = call('GETRANGE', key, 0, call('STRLEN', key) - #added - 1)
    if call('STRLEN', key) == #added then
      call('DEL', key)
    else
      call('SET', key, rest)
    end
  end
end
for i = 1, #mentions do
  step = step + 1
  for j = 3, done >= step and #mentions[i] or 0, 2 do
    call('ZREM', mentions[i][1], mentions[i][j])
  end
end
-- After the lists came EXPIRE, and then the writes to the room that the thread belongs to.
if logged and done >= step + 2 then
  if before_reply then
    call('HSET', KEYS[#KEYS - 3], thread, before_reply)
  else
    call('HDEL', KEYS[#KEYS - 3], thread)
  end
  if done >= step + 3 then
    call('ZREM', KEYS[#KEYS - 5], logged)
  end
end
return failed == 0 and {err = done == 0 and 'CHATGIVENUP the call was given up' or 'CHATDATA the room holds messages above its last id'} or failed
