-- Finds the newest messages that mention a user: by id, by role, or with everyone. Included by the scripts that read mentions, and run only where the room uses them.
-- own     sorted set: the user's mentions, `<id with 16 digits>`
-- groups  sorted set: those of roles and of everyone, `<word>:<id with 16 digits>:<author>`
-- user    the user, whose own messages do not count
-- role    the user's role; nil or '-' if there is none
-- above   only greater ids
-- below   only smaller ids
-- most    how many are enough
-- Returns the ids, newest first.
local function find_mentions(own, groups, user, role, above, below, most)
  local PAGE, PAGES = 500, 40
  local from, to = string.format('%016d', below), string.format('%016d', above)
  local known, found = {}, {}
  local function add(id)
    if id and not known[id] then
      known[id] = true
      found[#found + 1] = id
    end
  end

  for _, name in ipairs(call('ZREVRANGEBYLEX', own, '(' .. from, '(' .. to, 'LIMIT', 0, most)) do
    add(tonumber(name))
  end
  for _, word in ipairs(role and role ~= '-' and {'*', '&' .. role} or {'*'}) do
    local start, stop, others = '(' .. word .. ':' .. from, '(' .. word .. ':' .. to .. ';', 0
    for _ = 1, PAGES do
      local names = call('ZREVRANGEBYLEX', groups, start, stop, 'LIMIT', 0, PAGE)
      for _, name in ipairs(names) do
        local id, author = string.match(name, '^:(%d+):(.*)$', #word + 1)
        if id and author ~= user and others < most then
          add(tonumber(id))
          others = others + 1
        end
      end
      if others >= most or #names < PAGE then
        break
      end
      start = '(' .. names[#names]
    end
  end

  table.sort(found, function(one, other) return one > other end)
  for i = #found, most + 1, -1 do
    found[i] = nil
  end
  return found
end
