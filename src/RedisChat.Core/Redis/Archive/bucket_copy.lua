-- Reads buckets to copy them to the archive, all at one moment. Writes nothing.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: the sealed buckets
-- KEYS[3]  hash: the buckets that were put back from the archive
-- KEYS[4..] hashes: the open buckets
-- ARGV[1..] their numbers, in the same order
-- Returns nothing if there is no such room; otherwise its epoch, its field `archived` or '', the time in µs, the version of what was read, and then for each bucket its mark or '', and its state: 's' and the content if it
-- is sealed, 'o', the number of its messages, and their ids and values if it is open, 'e' if it is empty, 'k' if it must stay as it is. Ends before an open bucket once there is more than 1 MiB of open ones.
local call = redis.call
local room = call('HMGET', KEYS[1], 'epoch', 'archived', 'rev')
if not room[1] or room[1] == '!' then
  return {}
end
local clock = call('TIME')
local now = clock[1] .. string.format('%06d', clock[2])

-- Every change of a message raises the revision, and is later than what was read before it.
local version = room[3] and tonumber(room[3]) > tonumber(now) and room[3] or now
local answer, bytes = {room[1], room[2] or '', now, version}, 0
for i = 1, #ARGV do
  local number, open = ARGV[i], KEYS[i + 3]
  local size = redis.pcall('HLEN', open)
  local content = call('HGET', KEYS[2], number)
  local is_open = type(size) == 'number' and size > 0
  if is_open and bytes > 1048576 then
    break
  end
  answer[#answer + 1] = call('HGET', KEYS[3], number) or ''
  if type(size) ~= 'number' or is_open and (content or size > 128) then
    answer[#answer + 1] = 'k'
  elseif content then
    answer[#answer + 1] = 's'
    answer[#answer + 1] = content
  elseif is_open then
    local fields = call('HGETALL', open)
    answer[#answer + 1] = 'o'
    answer[#answer + 1] = string.format('%d', #fields / 2)
    for j = 1, #fields do
      answer[#answer + 1] = fields[j]
      bytes = bytes + #fields[j]
    end
  else
    answer[#answer + 1] = 'e'
  end
end
return answer
