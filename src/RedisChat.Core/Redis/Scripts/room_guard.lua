-- Decides whether a user may act, by the room's rules. Included by the scripts that write, and run only where a room has rules.
-- Needs `rules`, the room's field of this name, and `time`, the server's time in µs.
-- entry   the user's field of the room's members; false if there is none
-- right   the letter of the right that the action takes
-- speaks  whether a muted user may not do it
-- rate    for sends: returns the user's field of the room's rates, 'time of the last send, time at which the flood allowance is full again'
-- Returns a reason and how long to wait in µs, 0 if waiting does not help; or two nils and, if the rules limit the user's pace, the new rate and its
-- lifetime in s.
local function guard(entry, right, speaks, rate)
  local flags, slow, burst, refill = string.match(rules or '', '^%d+ (%S+) (%d+) (%d+) (%d+) ')
  local role, banned, muted = '-', '0', '0'
  if entry then
    role, banned, muted = string.match(entry, '^%d+ (%S+) (%d+) (%d+) ')
  end
  if not flags or not role then
    return 'unreadable', 0
  end

  -- 9e15 stands for a ban or mute without an end.
  banned, muted = tonumber(banned), tonumber(muted)
  if banned > time then
    return 'banned', banned < 9e15 and banned - time or 0
  end
  local _, at = string.find(rules, ' ' .. role .. '=', 1, true)
  if not at then
    role = '-'
    _, at = string.find(rules, ' -=', 1, true)
  end
  local rights = at and string.match(rules, '^%l*', at + 1) or ''
  -- An owner has all rights, also those that did not exist yet when the rules were written.
  if role ~= 'owner' and not string.find(rights, right, 1, true) then
    return role == '-' and 'outsider' or 'right', 0
  elseif right ~= 'r' and string.find(flags, 'a', 1, true) then
    return 'archived', 0
  elseif speaks and muted > time then
    return 'muted', muted < 9e15 and muted - time or 0
  end

  slow, burst, refill = tonumber(slow) * 1000, tonumber(burst), tonumber(refill) * 1000
  if not rate or slow + burst == 0 or string.find(rights, 'x', 1, true) then
    return nil
  end
  local last, full = string.match(rate() or '0 0', '^(%d+) (%d+)$')
  -- The limits or the clock may have changed since.
  last, full = math.min(tonumber(last or '0'), time), math.min(math.max(tonumber(full or '0'), time), time + burst * refill)
  local allowance = (burst - 1) * refill
  if slow > 0 and last + slow > time then
    return 'slow', last + slow - time
  elseif burst > 0 and full - time > allowance then
    return 'flood', full - time - allowance
  end
  return nil, nil, string.format('%d %d', time, full + refill), math.ceil(math.max(slow, burst * refill) / 1e6)
end
