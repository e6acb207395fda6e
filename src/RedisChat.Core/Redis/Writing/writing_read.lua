-- Reads the text so far of messages that are being written.
-- KEYS[1]   hash: what is being written in the room
-- ARGV[1..] ids of messages
-- Returns the server's time in µs; and for each message its state, empty if there is none, and the text that was added to it since it was begun.
local call, clock = redis.call, redis.call('TIME')
local answer = {string.format('%d', tonumber(clock[1]) * 1000000 + tonumber(clock[2]))}
for _, id in ipairs(ARGV) do
  local state, parts = call('HGET', KEYS[1], id) or '', {}
  local length, first = string.match(state, '^%d+ %S+ (%d+) (%d+)$')
  length, first = tonumber(length), tonumber(first)
  while length and first < length do
    local part = call('HGET', KEYS[1], id .. ':' .. string.format('%d', first))
    if not part or part == '' then
      return {err = 'CHATDATA a part of a message that is being written is missing'}
    end
    parts[#parts + 1] = part
    first = first + #part
  end
  answer[#answer + 1] = state
  answer[#answer + 1] = table.concat(parts)
end
return answer
