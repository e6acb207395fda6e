-- Checks whether a user is being erased in a room. Included by the scripts that write. Runs a command only if somebody is.
-- room  the key of the room
-- uses  its field of this name
local function being_erased(room, uses, user)
  return string.find(uses or '', 'z', 1, true) and string.find('\n' .. (call('HGET', room, 'erasing') or '') .. '\n', '\n' .. user .. '\n', 1, true)
end
