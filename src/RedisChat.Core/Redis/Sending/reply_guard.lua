-- Decides whether the message that another one replies to, or that a thread belongs to, exists. Included by message_append, whose KEYS[1] is the room, and called only for calls
-- with replies and in threads.

-- Looks for a message.
-- id      its id
-- open    the key of its bucket
-- sealed  the key of the sealed buckets
-- proof   what the client knows of the sealed bucket: see message_append; '-' if neither Redis nor the archive has the message
-- hash    the key of the room's hash
-- letters the features that the room uses
-- Returns nil if it exists; or 'missing'; or 'sealed' if its bucket is sealed and the proof is missing or out of date: a script cannot unpack the bucket.
local function absence(id, open, sealed, proof, hash, letters)
  if call('HEXISTS', open, id) == 1 then
    return nil
  end

  local bucket = string.format('%d', math.floor(id / SIZE))
  local function archived()
    local below = string.find(letters, 'o', 1, true) and string.match(call('HGET', hash, 'archived') or '', '^%d+')
    return below and tonumber(bucket) < tonumber(below)
  end

  if proof == '' then
    return (call('HEXISTS', sealed, bucket) == 1 or archived()) and 'sealed' or 'missing'
  end

  -- A bucket with the same bytes has the same messages. Since the client read it, it may have been moved to the archive.
  local content = call('HGET', sealed, bucket)
  local digest = content and redis.sha1hex(content)
  if not content then
    return proof ~= '-' and archived() and 'sealed' or 'missing'
  elseif proof == '-' .. digest then
    return 'missing'
  end
  return proof ~= digest and 'sealed' or nil
end

-- where  the word with ' id:bucket:sealed:proof' in its first line if it belongs to a reply: see message_append
-- Returns nil if the message exists, or if the word belongs to no reply; or why not, and its id.
local function parent(where)
  local id, open, sealed, proof = string.match(where, '^[%d,]+ (%d+):(%d+):(%d+):(%S*)')
  if id then
    return absence(id, KEYS[tonumber(open)], KEYS[tonumber(sealed)], proof, KEYS[1], uses), id
  end
end
