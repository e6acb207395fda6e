-- Finds where to cut a list of ids, such as that of a user's messages. Included where `call` is redis.call.
-- key    the list
-- below  all ids below this can go
-- Returns how many bytes to remove from the beginning, and the list's length; nil if that is too small a part of a long list to be worth copying the rest.
local function cut_point(key, below)
  -- Ids ascend. The list is read until an id that stays.
  local from, keep, length = 0, nil, call('STRLEN', key)
  while not keep and from < length and from < 131072 do
    local part = call('GETRANGE', key, string.format('%d', from), string.format('%d', from + 8191))
    local done = 0
    for id, stop in string.gmatch(part, '(%d+),()') do
      if tonumber(id) >= below then
        keep = from + done
        break
      end
      done = stop - 1
    end
    if done == 0 then
      keep = keep or from
    end
    from = from + done
  end
  keep = keep or from
  if keep > 0 and (length <= 65536 or keep * 2 >= length or keep >= 131072) then
    return keep, length
  end
end
