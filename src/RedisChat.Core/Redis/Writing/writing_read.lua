-- Reads the text so far of messages that are being written.
-- KEYS[1]   hash: what is being written in the room
-- ARGV[1..] ids of messages
-- Returns the server's time in µs; and for each message its state, empty if there is none, and the text that was added to it since it was begun. If a part of it is
-- encrypted, a table in place of the text: for each part where it begins, 'e' if it is encrypted and otherwise '', and the part.
local call, clock = redis.call, redis.call('TIME')
local answer = {string.format('%d', tonumber(clock[1]) * 1000000 + tonumber(clock[2]))}
for _, id in ipairs(ARGV) do
  local state, parts, forms, encrypted = call('HGET', KEYS[1], id) or '', {}, {}, false
  local length, first = string.match(state, '^%d+ %S+ (%d+) (%d+)$')
  length, first = tonumber(length), tonumber(first)
  while length and first < length do
    local field = id .. ':' .. string.format('%d', first)
    local part, form, size = call('HGET', KEYS[1], field), '', nil
    if not part then
      size, part = string.match(call('HGET', KEYS[1], field .. ':e') or '', '^(%d+) (.+)$')
      form, encrypted = 'e', true
    end
    size = tonumber(size) or part and #part or 0
    if size == 0 then
      return {err = 'CHATDATA a part of a message that is being written is missing'}
    end
    parts[#parts + 1] = part
    forms[#forms + 1], forms[#forms + 2], forms[#forms + 3] = string.format('%d', first), form, part
    first = first + size
  end
  answer[#answer + 1] = state
  answer[#answer + 1] = encrypted and forms or table.concat(parts)
end
return answer
