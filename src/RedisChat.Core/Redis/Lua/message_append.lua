-- Appends a batch of messages to one room: all of them, or on any error none.
-- A message whose idempotency field is known is not stored again; its first receipt is returned.
-- KEYS[1]    hash: the room
-- KEYS[2]    hash: the bucket that the client guesses the first new id falls into
-- KEYS[3]    hash: the bucket after it
-- KEYS[4]    hash: idempotency fields of the time window that the client guesses
-- KEYS[5]    hash: idempotency fields of the window before it
-- KEYS[6]    channel: the room's live events
-- KEYS[7..]  strings: the id lists of the batch's authors
-- ARGV[1]    number of the bucket in KEYS[2]
-- ARGV[2]    messages in a bucket
-- ARGV[3]    number of the window in KEYS[4]
-- ARGV[4]    length of a window, in seconds
-- ARGV[5]    epoch, should the room not exist yet
-- ARGV[6]    the last message id that may be given out
-- ARGV[7]    how to publish: PUBLISH, or on a cluster SPUBLISH
-- ARGV[8]    the room's epoch as the client knows it; empty if it does not
-- ARGV[9]    the room's last message id as the client knows it: a smaller one means that history was lost
-- then for each message:
-- ARGV[+1]   index in KEYS of its author's list
-- ARGV[+2]   its idempotency field
-- ARGV[+3]   digest of its content, to tell a repetition from a re-used key
-- ARGV[+4]   its value, less the opening brace and time that are put before it here
-- Returns {1, epoch, revision, time, receipt...}: a receipt is an id, or for a repetition its stored 'id:time:digest';
-- or {0, last id, window, epoch} where a guess was wrong: nothing is written, the client tries again with these.
local HEAD, EACH = 9, 4

-- Lua takes '0x10', '1e3' and 'nan' for numbers too, and counts exactly up to 2^53 only.
local function counter(text)
  return text and #text <= 16 and string.match(text, '^%d+$') and tonumber(text) <= 9e15 and tonumber(text)
end

local room = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'rev', 'count', 'at')
local epoch = room[1] or ARGV[5]
local last = counter(room[2] or '0')
local revision = counter(room[3] or '0')
local count = counter(room[4] or '0')
local clock = redis.call('TIME')
local now = clock[1] .. string.format('%06d', tonumber(clock[2]))
local window = math.floor(tonumber(clock[1]) / tonumber(ARGV[4]))
local messages = (#ARGV - HEAD) / EACH

local has_epoch = #epoch <= 16 and string.match(epoch, '^[1-9a-f][0-9a-f]*$')
if not (has_epoch and last and revision and count and counter(room[5] or '0')) or (not room[1]) ~= (not room[2]) then
  return {err = 'CHATDATA the room has no valid counters'}
end
if last + messages > tonumber(ARGV[6]) then
  return {err = 'CHATFULL the room has given out all its message ids'}
end

local bucket, size = tonumber(ARGV[1]), tonumber(ARGV[2])
local first_bucket = math.floor((last + 1) / size)
local last_bucket = math.floor((last + messages) / size)
local lost = ARGV[8] ~= '' and (room[1] ~= ARGV[8] or last < tonumber(ARGV[9]))
if lost or first_bucket < bucket or last_bucket > bucket + 1 or window ~= tonumber(ARGV[3]) then
  return {0, last, window, room[1] or ''}
end

local fields = {}
for i = 1, messages do
  fields[i] = ARGV[HEAD + (i - 1) * EACH + 2]
end
local known = redis.call('HMGET', KEYS[4], unpack(fields))
local known_before = redis.call('HMGET', KEYS[5], unpack(fields))

local reply = {1, epoch, revision, tonumber(now)}
local in_batch, sent, authors, ids_of, live = {}, {}, {}, {}, {}
local first_id = string.format('%d', last + 1)
local writes = {{}, {}}
for i = 1, messages do
  local arg = HEAD + (i - 1) * EACH
  local field, digest = fields[i], ARGV[arg + 3]
  local receipt = known[i] or known_before[i] or in_batch[field]
  if receipt then
    local first, time, first_digest = string.match(receipt, '^(%d+):(%d+):(%x+)$')
    if not (counter(first) and counter(time)) then
      return {err = 'CHATDATA an idempotency key has no valid receipt'}
    end
    if first_digest ~= digest then
      return {err = 'CHATCONFLICT an idempotency key was used for another message'}
    end
    reply[#reply + 1] = receipt
  else
    last = last + 1
    count = count + 1
    local id = string.format('%d', last)
    local write = writes[math.floor(last / size) - bucket + 1]
    write[#write + 1] = id
    live[#live + 1] = '{"t":' .. now .. ARGV[arg + 4]
    write[#write + 1] = live[#live]
    in_batch[field] = id .. ':' .. now .. ':' .. digest
    sent[#sent + 1] = field
    sent[#sent + 1] = in_batch[field]
    local author = tonumber(ARGV[arg + 1])
    if not ids_of[author] then
      ids_of[author] = {}
      authors[#authors + 1] = author
    end
    local ids = ids_of[author]
    ids[#ids + 1] = id .. ','
    reply[#reply + 1] = last
  end
end

if #sent == 0 then
  -- Something must be written, so that a WAIT after it covers the first time, which came over another connection.
  redis.call('EXPIRE', KEYS[known[1] and 4 or 5], 2 * tonumber(ARGV[4]))
  return reply
end

-- Where the room's hash was lost or set back, but not its messages, they would be overwritten.
for i = 1, 2 do
  local ids = {}
  for write = 1, #writes[i], 2 do
    ids[#ids + 1] = writes[i][write]
  end
  for _, message in ipairs(#ids > 0 and redis.call('HMGET', KEYS[i + 1], unpack(ids)) or {}) do
    if message then
      return {err = 'CHATDATA the room holds messages above its last id'}
    end
  end
end

-- A script that fails half-way is not rolled back, so each write says how to take it back.
local undo = {}
local function write(take_back, ...)
  local result = redis.pcall(...)
  if type(result) == 'table' and result.err then
    for i = #undo, 1, -1 do
      undo[i]()
    end
    return result
  end
  undo[#undo + 1] = function() take_back(result) end
end
local function delete_fields(key, fields_and_values)
  return function()
    for i = 1, #fields_and_values, 2 do
      redis.call('HDEL', key, fields_and_values[i])
    end
  end
end
local function cut(key, added)
  return function(length)
    if length == #added then
      redis.call('DEL', key)
    else
      redis.call('SET', key, redis.call('GETRANGE', key, 0, length - #added - 1))
    end
  end
end

local failed
for i = 1, 2 do
  if not failed and #writes[i] > 0 then
    failed = write(delete_fields(KEYS[i + 1], writes[i]), 'HSET', KEYS[i + 1], unpack(writes[i]))
  end
end
for _, author in ipairs(authors) do
  local ids = table.concat(ids_of[author])
  failed = failed or write(cut(KEYS[author], ids), 'APPEND', KEYS[author], ids)
end
failed = failed or write(delete_fields(KEYS[4], sent), 'HSET', KEYS[4], unpack(sent))
failed = failed or write(function() end, 'EXPIRE', KEYS[4], 2 * tonumber(ARGV[4]))
failed = failed or write(function() end, ARGV[7], KEYS[6],
  table.concat({'c', epoch, first_id, now, room[5] or '0', room[3] or '0'}, ' ') .. '\n' .. table.concat(live, '\n'))
failed = failed or write(function() end, 'HSET', KEYS[1], 'epoch', epoch,
  'last', string.format('%d', last), 'at', now, 'count', string.format('%d', count))
return failed or reply
