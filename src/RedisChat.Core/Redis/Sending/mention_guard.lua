-- Decides whether a user may mention those whom a message mentions. Included by message_append after room_guard, and called only for calls with replies or mentions.
-- where    the word that has the mentions behind its first line: see message_append
-- author   the author's entry among the room's members; false if there is none
-- entries  what was read of the room's members, by user; adds to it
-- Returns nil if the user may, or if there are no mentions; otherwise 'mentioned' if a mentioned user may not read the room; '@' and the reason of room_guard if the author may not mention
-- everyone; 'unreadable' if the rules or an entry cannot be read.
local function unmentionable(where, author, entries)
  for kind, name in string.gmatch(where, '\n%d+([@*])([^\n]*)') do
    local reason
    if kind == '*' then
      -- Without rules, nobody has the right.
      reason = not ruled and 'outsider' or guard(author, 'y', false)
      reason = reason and (reason == 'unreadable' and reason or '@' .. reason)
    elseif ruled then
      if entries[name] == nil then
        entries[name] = call('HGET', people, name)
      end
      reason = guard(entries[name], 'r', false)
      reason = reason and (reason == 'unreadable' and reason or 'mentioned')
    end
    if reason then
      return reason
    end
  end
end
