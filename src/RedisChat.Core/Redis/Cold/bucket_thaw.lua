-- Puts buckets back that were moved to the archive, so that they can be changed, if none was put back since the client read the archive.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: the sealed buckets
-- KEYS[3]  hash: the buckets that were put back
-- ARGV[1]  the room's epoch
-- ARGV[2]  the last number of the field `archived`, as the client read it
-- ARGV[3..] the number of a bucket and its content, for each
-- Returns '1'; or '0' if anything has changed, and then nothing is written.
local call = redis.call
local room = call('HMGET', KEYS[1], 'epoch', 'archived')
local below, since, thaws = string.match(room[2] or '', '^(%d+) (%d+) (%d+)$')
if room[1] ~= ARGV[1] or thaws ~= ARGV[2] then
  return '0'
end
local clock = call('TIME')
local now = clock[1] .. string.format('%06d', clock[2])
local contents, marks = {}, {}
for i = 3, #ARGV, 2 do
  if tonumber(ARGV[i]) >= tonumber(below) or call('HEXISTS', KEYS[2], ARGV[i]) == 1 or call('HEXISTS', KEYS[3], ARGV[i]) == 1 then
    return '0'
  end
  contents[#contents + 1], contents[#contents + 2] = ARGV[i], ARGV[i + 1]
  -- The value is another one each time, so that a reader notices when a bucket was moved away and put back between two reads.
  marks[#marks + 1], marks[#marks + 2] = ARGV[i], now .. ':' .. thaws
end
call('HSET', KEYS[2], unpack(contents))
call('HSET', KEYS[3], unpack(marks))
-- The time, so that a number that a failover undid does not come back for something else.
call('HSET', KEYS[1], 'archived', below .. ' ' .. since .. ' ' .. string.format('%d', math.max(tonumber(now), thaws + 1)))
return '1'
