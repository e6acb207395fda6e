-- Lists users who are in a room, by their bytes. Only those of running processes: a dead process may not have been removed yet.
-- KEYS[1]  hash: who is here, see presence_update
-- KEYS[2]  sorted set: the users, `<user>\n<process>`
-- ARGV[1]  the user after whom to start; empty to start with the first
-- ARGV[2]  the most users to return
-- Returns {the number of users, whether there are dead processes, the user after whom to continue or an empty text at the end, users…}.
local BATCH, MOST = 500, 5000
local call = redis.call
local clock = call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local fields, alive, dead, count = call('HGETALL', KEYS[1]), {}, 0, 0
for i = 1, #fields, 2 do
  local process = string.match(fields[i], '^p:(.*)$')
  if process then
    local till = tonumber(string.match(fields[i + 1], '^(%d+) ') or '0')
    alive[process] = till > now
    dead = till > now and dead or 1
  elseif fields[i] == 'count' then
    count = tonumber(fields[i + 1]) or 0
  end
end

local answer, limit, scanned = {count, dead, ''}, tonumber(ARGV[2]), 0
local from, last = ARGV[1] == '' and '-' or '[' .. ARGV[1] .. '\11', nil
while scanned < MOST do
  local found = call('ZRANGEBYLEX', KEYS[2], from, '+', 'LIMIT', 0, BATCH)
  for i = 1, #found do
    local user, process = string.match(found[i], '^([^\n]*)\n(.*)$')
    if user and user ~= last and alive[process] then
      if #answer - 3 == limit then
        answer[3] = last
        return answer
      end
      answer[#answer + 1], last = user, user
    end
  end
  if #found < BATCH then
    return answer
  end
  scanned = scanned + #found
  from = '(' .. found[#found]
end
answer[3] = string.match(from, '^.([^\n]*)')
return answer
