-- Changes a room's entry in its part of the directory. The room itself is the truth; the entry is only for finding it.
-- KEYS[1]  hash: the rooms of this part, `<room>` = `<time of the entry, µs> <sort name>`
-- KEYS[2]  sorted set: the same by name, `<sort name>\n<room>`, each with score 0
-- KEYS[3]  sorted set: the same by activity, `<room>`, with minus the time of the last message in µs as the score
-- ARGV[1]  what to do: put, touch or drop
-- ARGV[2]  the room
-- ARGV[3]  put and drop: the entry as it was read, empty if there was none; `*` for any. touch: the time of the last message, µs
-- ARGV[4]  put: the sort name. drop: the least age of the entry, in µs
-- ARGV[5]  put: the time of the last message; 0 if there was none
-- ARGV[6]  put and drop: a member of KEYS[2] that was found for the room and may be wrong; empty if there is none
-- ARGV[7]  put: the score in KEYS[3] before the room was read; empty if there was none. A room moves back only if its score has not changed since
-- Returns 1; or 0 if the entry is another one, is too young, or for touch, if there is none: then nothing is written.
local call = redis.call
local old = call('HGET', KEYS[1], ARGV[2])
local time, name = string.match(old or '', '^(%d+) (.*)$')

-- Calls overtake each other, so an earlier time must not replace a later one.
local function enter(at, known)
  local score = call('ZSCORE', KEYS[3], ARGV[2])
  if not score or tonumber(at) > -tonumber(score) or known and known ~= '' and tonumber(known) == tonumber(score) then
    call('ZADD', KEYS[3], '-' .. at, ARGV[2])
  end
end

if ARGV[1] == 'touch' then
  if old then
    enter(ARGV[3])
  end
  return old and 1 or 0
end

if ARGV[3] ~= '*' and (old or '') ~= ARGV[3] then
  return 0
end
local clock = call('TIME')
local now = clock[1] .. string.format('%06d', clock[2])
local right = ARGV[1] == 'put' and ARGV[4] .. '\n' .. ARGV[2] or ''
if right == '' and time and tonumber(now) - tonumber(time) < tonumber(ARGV[4]) then
  return 0
end

if name and name .. '\n' .. ARGV[2] ~= right then
  call('ZREM', KEYS[2], name .. '\n' .. ARGV[2])
end
if ARGV[6] ~= '' and ARGV[6] ~= right then
  call('ZREM', KEYS[2], ARGV[6])
end
if right == '' then
  call('ZREM', KEYS[3], ARGV[2])
  call('HDEL', KEYS[1], ARGV[2])
  return 1
end
call('HSET', KEYS[1], ARGV[2], now .. ' ' .. ARGV[4])
call('ZADD', KEYS[2], 0, right)
if ARGV[5] ~= '0' or not old then
  enter(ARGV[5] ~= '0' and ARGV[5] or now, ARGV[7])
end
return 1
