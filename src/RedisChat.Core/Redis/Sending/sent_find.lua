-- Finds the receipt of a message that was stored with an idempotency key. Writes nothing.
-- KEYS[1]    hash: the room
-- KEYS[2]    hash: the sends in the time window that the client guesses
-- KEYS[3]    hash: the sends in the previous window
-- ARGV[1]    number of the window in KEYS[2]
-- ARGV[2]    length of a window, in seconds
-- ARGV[3]    the message's idempotency field
-- Returns {window} with the present window if the guess was wrong: the client tries again with it; otherwise {window, receipt, epoch, revision}, with the
-- receipt as it is stored, 'id:time:digest', and empty texts for what does not exist
local call = redis.call
local clock = call('TIME')
local window = math.floor(clock[1] / ARGV[2])
if window ~= tonumber(ARGV[1]) then
  return {window}
end

local receipt = call('HGET', KEYS[2], ARGV[3]) or call('HGET', KEYS[3], ARGV[3]) or ''
local room = call('HMGET', KEYS[1], 'epoch', 'rev')
return {window, receipt, room[1] or '', room[2] or '0'}
