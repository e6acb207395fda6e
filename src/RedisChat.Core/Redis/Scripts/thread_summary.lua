-- What a room stores and tells of a thread. Included by the scripts that store or delete replies; needs `call`.

-- Who replied last, each once: this many.
local MOST_PARTICIPANTS = 5

-- The counters of the room that a thread belongs to, `{epoch, last, at, revision, features}`; nil if they are invalid.
local function room_above(key)
  local above = call('HMGET', key, 'epoch', 'last', 'at', 'rev', 'uses')
  above[3], above[4], above[5] = above[3] or '0', above[4] or '0', above[5] or ''
  for i = 2, 4 do
    if not above[i] or #above[i] > 16 or not string.find(above[i], '^%d+$') then
      return nil
    end
  end
  return above[1] and #above[1] <= 16 and string.find(above[1], '^[1-9a-f][0-9a-f]*$') and above
end

-- Adds the replies in a summary to a list of alternating ids and users, as far as their ids are greater than `floor`.
local function replies_in(summary, replies, floor)
  for id, user in string.gmatch(summary or '', '\n(%d+) ([^\n]*)') do
    if tonumber(id) > floor then
      replies[#replies + 1], replies[#replies + 2] = id, user
    end
  end
  return replies
end

-- Composes a summary, the revision that it takes and the event that tells it.
-- above    as room_above returns it
-- clock    the server's time in µs
-- thread   the message that the thread belongs to
-- count    the number of replies
-- time     the time of the last reply; 0 if there is none
-- replies  the newest replies, newest first: alternating ids and users
-- trace    the end of the event's first line
local function summarize(above, clock, thread, count, time, replies, trace)
  local revision, lines, taken = string.format('%d', math.max(clock, tonumber(above[4]) + 1)), {}, {}
  for i = 1, #replies, 2 do
    if #lines < MOST_PARTICIPANTS and not taken[replies[i + 1]] then
      taken[replies[i + 1]] = true
      lines[#lines + 1] = '\n' .. replies[i] .. ' ' .. replies[i + 1]
    end
  end
  local summary = table.concat({revision, string.format('%d', count), replies[1] or '0', time}, ' ') .. table.concat(lines)
  return summary, revision, table.concat({'f', above[1], above[2], above[3], revision, above[4], thread .. trace}, ' ') .. '\n' .. summary
end
