-- Searches the keys of one room, of a user, or of a part of the directory, whatever they hold, for a text.
-- KEYS      the keys, all in one slot
-- ARGV[1]   the text
-- ARGV[2]   another form of it, as in a JSON string
-- ARGV[3]   another form of it, as a word of the change log
-- ARGV[4]   about how many bytes to search
-- ARGV[5]   index in KEYS of the key to begin with
-- ARGV[6]   the cursor in that key
-- Returns the index of the key to continue with, 0 if there is nothing left, and the cursor in it; how many bytes were searched; then for each place the index of its key, its field or member, and its value.
-- A field `uses` with the letter of the archive or of encryption is a place, too: more must be searched then.
local try = redis.pcall
local plain, json, word, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local budget = most
local index, cursor, found = tonumber(ARGV[5]), ARGV[6], {}

local function visit(field, value)
  budget = budget - #field - #value - 20
  local text = field .. '\n' .. value
  if string.find(text, plain, 1, true) or string.find(text, json, 1, true) or string.find(text, word, 1, true) or field == 'uses' and string.find(value, '[eo]') then
    found[#found + 1], found[#found + 2], found[#found + 3] = string.format('%d', index), field, value
  end
end

local function failed(result)
  return type(result) == 'table' and result.err
end

local function hex(text)
  return (string.gsub(text, '.', function(byte) return string.format('%02x', string.byte(byte)) end))
end

local function bytes(text)
  return (string.gsub(text, '%x%x', function(digits) return string.char(tonumber(digits, 16)) end))
end

-- The next members of a sorted set, and where to continue; nil if it is none. If all scores are the same, as in most sets, it continues after the last member, in hex: `x<member>`; otherwise at a
-- score, after so many members with it, of which the last one is compared, because a removal before it would move the others: then the score is visited once more.
local function sorted(key, cursor)
  local first = try('ZRANGEBYSCORE', key, '-inf', '+inf', 'WITHSCORES', 'LIMIT', '0', '1')
  if failed(first) then
    return nil
  end
  local from, skip, last = string.match(cursor, '^(.*):(%d+):(%x*)$')
  if not from and (#first == 0 or #try('ZRANGEBYSCORE', key, '(' .. first[2], '+inf', 'LIMIT', '0', '1') == 0) then
    local after = string.match(cursor, '^x(%x*)$')
    local page = try('ZRANGEBYLEX', key, after and '(' .. bytes(after) or '-', '+', 'LIMIT', '0', '200')
    return page, #page == 200 and 'x' .. hex(page[200]) or '0'
  end
  from, skip, last = from or '-inf', tonumber(skip or '0'), last or ''
  local page = try('ZRANGEBYSCORE', key, from, '+inf', 'WITHSCORES', 'LIMIT', string.format('%d', math.max(skip - 1, 0)), '200')
  local start, members = 1, {}
  if skip > 0 and page[1] == bytes(last) and page[2] == from then
    start = 3
  elseif skip > 0 then
    skip, page = 0, try('ZRANGEBYSCORE', key, from, '+inf', 'WITHSCORES', 'LIMIT', '0', '200')
  end
  for i = start, #page, 2 do
    members[#members + 1] = page[i]
    skip = page[i + 1] == from and skip + 1 or 1
    from = page[i + 1]
  end
  return members, #page == 400 and from .. ':' .. string.format('%d', skip) .. ':' .. hex(page[399]) or '0'
end

while index <= #KEYS and budget > 0 do
  local key, next_cursor = KEYS[index], '0'
  local page = try('HSCAN', key, cursor, 'COUNT', 200)
  if not failed(page) then
    next_cursor = page[1]
    for i = 1, #page[2], 2 do
      visit(page[2][i], page[2][i + 1])
    end
  else
    page, next_cursor = sorted(key, cursor)
    if page then
      for i = 1, #page do
        visit(page[i], '')
      end
    else
      next_cursor = '0'
      -- A list of ids cannot hold the text, but the key may be anything.
      local first = tonumber(cursor) or 0
      page = try('GETRANGE', key, string.format('%d', first), string.format('%d', first + 99999))
      if not failed(page) and not string.find(page, '^[%d,]*$') then
        visit('', redis.call('GETRANGE', key, '0', '-1'))
      elseif not failed(page) then
        budget = budget - #page
        next_cursor = #page == 100000 and string.format('%d', first + 100000) or '0'
      end
    end
  end
  cursor, budget = next_cursor, budget - 20
  if cursor == '0' then
    index = index + 1
  end
end
local answer = {index > #KEYS and '0' or string.format('%d', index), cursor, string.format('%d', most - budget)}
for i = 1, #found do
  answer[#answer + 1] = found[i]
end
return answer
