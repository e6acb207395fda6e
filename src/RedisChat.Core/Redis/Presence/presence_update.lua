-- Records which users one process has in a room and that the process is running, and removes the users of processes that are not. Reports the users for
-- whom that makes a difference, by passing events: they take no revision and are not logged. A process is dead once its time has passed, by this
-- server's clock; it cannot come back under the same name.
-- KEYS[1]  hash: the room
-- KEYS[2]  hash: who is here: `p:<process>` = `<until, µs> <changes>`, `count` = users, `counted` = when their number was last reported,
--          `pending` if it has changed since, `reported` = when anything was last reported, `above` and `pause` = ARGV[5] and ARGV[6], `kept` = when
--          these keys expire
-- KEYS[3]  sorted set: the users, `<user>\n<process>`, each with score 0
-- KEYS[4]  sorted set: the same by process, `<process>\n<user>`
-- KEYS[5]  channel: the room's live events
-- KEYS[6]  hash: the room's members; only if the client knows that the room has rules
-- KEYS[7]  hash: only in a thread, the room that it belongs to, whose rules hold; KEYS[6] are its members
-- ARGV[1]  how to publish: PUBLISH, or on a cluster SPUBLISH
-- ARGV[2]  the process; empty to only remove dead ones
-- ARGV[3]  how many changes the process has made here; 0 if it is not here yet. If it is another number, the process is refused
-- ARGV[4]  for how long the process counts as running, in ms; 0 if it leaves with all its users
-- ARGV[5]  the largest number of users of whom each is reported; above it, only their number is. Ignored if the process leaves or there is none
-- ARGV[6]  the least time between two such reports, in ms. Ignored likewise
-- ARGV[7]  how many entries of dead processes to remove at most
-- ARGV[8]  the number of users who enter
-- ARGV[9..] the users who enter, then those who leave
-- Returns {whether the process was accepted, whether it has users here, whether dead processes are left, ms until the number of users is to be reported, the
-- features that the room uses, in a thread those of the room that it belongs to}, and then for each user who may not enter: the user, how long to wait in µs, 0 if that does not help, and the reason. They leave if
-- they are here. If users enter, the room has rules and KEYS[6] is missing: {2, 0, 0, 0, features}; nothing is written, and the client tries again with it.
local KEPT = 3600
local call = redis.call
local own, version, lasting = ARGV[2], ARGV[3], tonumber(ARGV[4]) * 1000
local clock = call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])

-- Lua also accepts '0x10', '1e3' and 'nan' as numbers, and is exact only up to 2^53.
local function number(text)
  return #text <= 16 and string.match(text, '^%d+$') and tonumber(text)
end

local function text(value)
  return string.format('%d', value)
end

local fields, processes, names, head = call('HGETALL', KEYS[2]), {}, {}, {count = 0, counted = 0, reported = 0, above = 200, pause = 2000, kept = 0}
for i = 1, #fields, 2 do
  local process = string.match(fields[i], '^p:(.*)$')
  if process then
    local till, changes = string.match(fields[i + 1], '^(%d+) (%d+)$')
    processes[process] = {till = till and number(till), changes = changes}
    names[#names + 1] = process
    if not processes[process].till then
      return {err = 'CHATDATA a process of the presence has no valid time'}
    end
  elseif fields[i] == 'pending' then
    head.pending = true
  elseif head[fields[i]] then
    head[fields[i]] = number(fields[i + 1])
    if not head[fields[i]] then
      return {err = 'CHATDATA the presence has no valid numbers'}
    end
  end
end

local mine, was_pending = processes[own], head.pending
local accepted = own ~= '' and (lasting == 0 or mine and mine.till > now and mine.changes == version or not mine and version == '0')
if mine and lasting == 0 then
  mine.till = 0
end
local function alive(process)
  return processes[process] and processes[process].till > now
end
local dead = {}
for i = 1, #names do
  if not alive(names[i]) then
    dead[#dead + 1] = names[i]
  end
end
if own ~= '' and lasting > 0 then
  head.above, head.pause = tonumber(ARGV[5]), tonumber(ARGV[6])
end
local renews = head.kept <= now + KEPT * 500000

-- When memory is full, Redis refuses HSET, but not once a script has called a writing command that it does not refuse. Nobody may enter then, but those
-- who are present must be able to stay and to leave.
local function begin(enters)
  if not enters then
    call('HDEL', KEYS[2], '')
  end
end

local room = call('HMGET', KEYS[1], 'uses', 'epoch')
local uses, ruling = room[1] or '', KEYS[7] and call('HMGET', KEYS[7], 'uses', 'epoch') or room
if (room[2] == '!' or ruling[2] == '!') and ARGV[8] ~= '0' then
  return {err = 'CHATDELETED the room is being deleted'}
end
local features = ruling[1] or ''
local guarded = ARGV[8] ~= '0' and string.find(features, 'g', 1, true)
if guarded and not KEYS[6] then
  return {2, 0, 0, 0, features}
end

-- Nearly all calls are heartbeats.
if accepted and mine and lasting > 0 and #ARGV == 8 and #dead == 0 and not head.pending and not renews then
  begin(false)
  call('HSET', KEYS[2], 'p:' .. own, text(now + lasting) .. ' ' .. version)
  return {1, 1, 0, 0, features}
end
if own ~= '' and not accepted and #dead == 0 then
  return {0, 0, 0, 0, features}
end

-- Read before the first write, so that a key of another type is found in time; below, KEYS[3] is read or written first.
call('ZRANGEBYLEX', KEYS[4], '-', '+', 'LIMIT', 0, 1)
renews = head.count == 0 or renews

local refused, refusals, fresh = {}, {}, ARGV[8] ~= '0'
if guarded and accepted and lasting > 0 then
  local rules, time = call('HGET', KEYS[7] or KEYS[1], 'rules'), now
--#include room_guard.lua
  fresh = false
  for i = 9, 8 + tonumber(ARGV[8]) do
    local user = ARGV[i]
    local reason, wait = guard(call('HGET', KEYS[6], user), 'r', false)
    if reason == 'unreadable' then
      return {err = 'CHATDATA the rules or the entry of a user among the members cannot be read'}
    elseif reason then
      refused[user] = true
      refusals[#refusals + 1], refusals[#refusals + 2], refusals[#refusals + 3] = user, text(wait), reason
    else
      local entry = '[' .. own .. '\n' .. user
      fresh = fresh or #call('ZRANGEBYLEX', KEYS[4], entry, entry) == 0
    end
  end
end

begin(fresh)
local before, entered, left = head.count, {}, {}
local function processes_of(user)
  return call('ZRANGEBYLEX', KEYS[3], '[' .. user .. '\n', '(' .. user .. '\11')
end

local function enter(user)
  local found, visible, stored = processes_of(user), false, false
  for i = 1, #found do
    local process = string.sub(found[i], #user + 2)
    stored = stored or process == own
    visible = visible or alive(process)
  end
  if not stored then
    call('ZADD', KEYS[3], 0, user .. '\n' .. own)
    call('ZADD', KEYS[4], 0, own .. '\n' .. user)
  end
  if #found == 0 then
    head.count = head.count + 1
  end
  if not visible then
    entered[#entered + 1] = user
  end
end

-- A user who is in another dead process too is reported when that one is removed.
local function leave(user, process)
  if call('ZREM', KEYS[3], user .. '\n' .. process) == 1 and #processes_of(user) == 0 then
    head.count = math.max(head.count - 1, 0)
    left[#left + 1] = user
  end
  call('ZREM', KEYS[4], process .. '\n' .. user)
end

local here = 0
if accepted and lasting > 0 then
  local last = 8 + tonumber(ARGV[8])
  local some = false
  for i = 9, last do
    if refused[ARGV[i]] then
      leave(ARGV[i], own)
    else
      enter(ARGV[i])
      some = true
    end
  end
  for i = last + 1, #ARGV do
    leave(ARGV[i], own)
  end
  here = some and 1 or #call('ZRANGEBYLEX', KEYS[4], '[' .. own .. '\n', '(' .. own .. '\11', 'LIMIT', 0, 1)
  processes[own] = here == 1 and {till = now + lasting} or nil
  if here == 1 then
    call('HSET', KEYS[2], 'p:' .. own, text(now + lasting) .. ' ' .. text(tonumber(version) + (#ARGV > 8 and 1 or 0)))
  elseif mine then
    call('HDEL', KEYS[2], 'p:' .. own)
  end
end

local budget, more = tonumber(ARGV[7]), 0
for i = 1, #dead do
  local process, most = dead[i], budget
  local found = most > 0 and call('ZRANGEBYLEX', KEYS[4], '[' .. process .. '\n', '(' .. process .. '\11', 'LIMIT', 0, most) or {}
  for j = 1, #found do
    leave(string.sub(found[j], #process + 2), process)
  end
  budget = budget - #found
  if #found < most then
    call('HDEL', KEYS[2], 'p:' .. process)
    processes[process] = nil
  else
    more = 1
    if process == own then
      call('HSET', KEYS[2], 'p:' .. own, '0 0')
    end
  end
end

local gone, reports, due = next(processes) == nil, {}, 0
if gone then
  -- Whatever is left belongs to no process.
  call('DEL', KEYS[2], KEYS[3], KEYS[4])
  head.count = 0
end

-- Subscribers may receive reports out of order, or miss some: each has its time, that of the report before it, and the number of users.
local function report(kind, users)
  local line = table.concat({kind, text(now), text(head.reported), text(head.count)}, ' ')
  reports[#reports + 1] = users and line .. '\n' .. table.concat(users, '\n') or line
end

if #entered + #left > 0 then
  if head.pending or math.max(before, head.count) > head.above then
    head.pending = true
  else
    if #left > 0 then
      report('L', left)
    end
    if #entered > 0 then
      report('E', entered)
    end
  end
end
if head.pending then
  local wait = head.counted + head.pause * 1000 - now
  if gone or wait <= 0 then
    report('H')
    head.pending, head.counted = false, now
  else
    due = math.ceil(wait / 1000)
  end
end

head.reported = #reports > 0 and now or head.reported
local marked = string.find(uses, 'h', 1, true)
if gone then
  uses = string.gsub(uses, 'h', '')
  if marked and uses == '' then
    call('HDEL', KEYS[1], 'uses')
  elseif marked then
    call('HSET', KEYS[1], 'uses', uses)
  end
else
  head.kept = renews and now + KEPT * 1000000 or head.kept
  call('HSET', KEYS[2], 'count', text(head.count), 'counted', text(head.counted), 'reported', text(head.reported), 'above', text(head.above),
    'pause', text(head.pause), 'kept', text(head.kept))
  if head.pending then
    call('HSET', KEYS[2], 'pending', '1')
  elseif was_pending then
    call('HDEL', KEYS[2], 'pending')
  end
  if renews then
    -- Should everybody be killed and nobody look, the keys still go.
    for i = 2, 4 do
      call('EXPIRE', KEYS[i], text(KEPT))
    end
  end
  if not marked then
    call('HSET', KEYS[1], 'uses', uses .. 'h')
  end
end
for i = 1, #reports do
  call(ARGV[1], KEYS[5], reports[i])
end
local answer = {accepted and 1 or 0, here, more, due, KEYS[7] and features or uses}
for i = 1, #refusals do
  answer[5 + i] = refusals[i]
end
return answer
