-- Decides whether the message that another one replies to exists. Included by message_append, and called only for calls with replies.
-- where  the word with ' id:bucket:sealed:proof' in its first line if it belongs to a reply: see message_append
-- Returns nil if it exists, or if the word belongs to no reply; or 'missing' and its id; or 'sealed' and its id if its bucket is sealed and the client's proof
-- is missing or out of date: a script cannot unpack the bucket.
local function parent(where)
  local id, open, sealed, proof = string.match(where, '^[%d,]+ (%d+):(%d+):(%d+):(%S*)')
  if not id or call('HEXISTS', KEYS[tonumber(open)], id) == 1 then
    return nil
  end

  local buckets, bucket = KEYS[tonumber(sealed)], string.format('%d', math.floor(id / SIZE))
  if proof == '' then
    return call('HEXISTS', buckets, bucket) == 1 and 'sealed' or 'missing', id
  end

  -- A bucket with the same bytes has the same messages.
  local content = call('HGET', buckets, bucket)
  local digest = content and redis.sha1hex(content)
  if not content or proof == '-' .. digest then
    return 'missing', id
  end
  return proof ~= digest and 'sealed' or nil, id
end
