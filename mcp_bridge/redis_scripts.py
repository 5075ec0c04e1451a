"""What changes a session's mailbox in Redis: Lua scripts, since a script is done as a whole or not at all.

Each gets the session's keys in the order of `KINDS`, then the session's lifetime in seconds, its id, the channel on
which changes are announced, and what it says of itself. All keys live equally long, and every use puts their end off.
"""

from __future__ import annotations

KINDS = ("version", "values", "changed", "events", "steps", "acks", "running", "offered", "heard", "chunks")
_STEPS_LIFETIME = 60
"""Seconds after which nobody wants to see how a view came about."""

LOCALS = """
local version, values, changed, events, steps, acks, running, offered, heard, chunks = unpack(KEYS)
local function refresh()
    for i = 1, #KEYS do
        redis.call('EXPIRE', KEYS[i], KEYS[i] == steps and math.min(ARGV[1], STEPS_LIFETIME) or ARGV[1])
    end
end
local function announce()
    redis.call('PUBLISH', ARGV[3], ARGV[2])
end
""".replace("STEPS_LIFETIME", str(_STEPS_LIFETIME))

# The number of steps, the delta, and then each field with its value.
PUT_DELTA = """
local now = redis.call('INCR', version)
for i = 6, #ARGV, 2 do
    redis.call('HSET', values, ARGV[i], ARGV[i + 1])
    redis.call('ZADD', changed, now, ARGV[i])
end
local time = redis.call('TIME')
redis.call('RPUSH', steps, string.format('%d %d.%06d ', now, time[1], time[2]) .. ARGV[5])
redis.call('LTRIM', steps, -ARGV[4], -1)
refresh()
announce()
"""

# The number of events and the event; Reflex's client repeats a command whose answer was lost.
PUT_EVENT = """
if not redis.call('ZSCORE', events, ARGV[5]) then
    redis.call('ZADD', events, redis.call('INCR', version), ARGV[5])
    redis.call('ZREMRANGEBYRANK', events, 0, -ARGV[4] - 1)
end
refresh()
announce()
"""

# The reader's version and its mount.
SINCE = """
refresh()
local now = tonumber(redis.call('GET', version) or '0')
local is_full = tonumber(ARGV[4]) <= 0 or tonumber(ARGV[4]) > now
local after = '(' .. (is_full and '0' or ARGV[4])
local fields = redis.call('ZRANGEBYSCORE', changed, after, '+inf')
local found = {}
for i, field in ipairs(fields) do
    found[i] = redis.call('HGET', values, field)
end
return {
    now,
    is_full and 1 or 0,
    fields,
    found,
    redis.call('ZRANGEBYSCORE', events, after, '+inf', 'WITHSCORES'),
    is_full and {} or redis.call('LRANGE', steps, 0, -1),
    redis.call('HGET', acks, ARGV[5]),
}
"""

# The version that a reader has and its mount.
ACKNOWLEDGE = """
redis.call('SET', heard, redis.call('TIME')[1])
local seen = tonumber(ARGV[4])
if seen > 0 and seen <= tonumber(redis.call('GET', version) or '0') then
    for _, event in ipairs(redis.call('ZRANGEBYSCORE', events, '-inf', ARGV[4])) do
        local owner = cjson.decode(event)[2]
        if owner == '' or owner == ARGV[5] then
            redis.call('ZREM', events, event)
        end
    end
end
refresh()
"""

# Seconds since a mount was heard of; the first asker counts as one.
QUIET = """
local now = redis.call('TIME')[1]
redis.call('SET', heard, now, 'NX')
refresh()
return now - redis.call('GET', heard)
"""

# The limit in bytes, the upload, the part and its bytes. Fields are "<upload> <part>"; an upload that is not this one
# was begun before it, and makes room as a whole.
PUT_CHUNK = """
redis.call('HSET', chunks, ARGV[5] .. ' ' .. ARGV[6], ARGV[7])
refresh()
local own, others, all = 0, {}, redis.call('HKEYS', chunks)
local total = 0
for _, field in ipairs(all) do
    local size = redis.call('HSTRLEN', chunks, field)
    total = total + size
    if string.sub(field, 1, #ARGV[5] + 1) == ARGV[5] .. ' ' then
        own = own + size
    else
        others[#others + 1] = field
    end
end
local limit = tonumber(ARGV[4])
if own > limit then
    for _, field in ipairs(all) do
        if string.sub(field, 1, #ARGV[5] + 1) == ARGV[5] .. ' ' then
            redis.call('HDEL', chunks, field)
        end
    end
    return 0
end
if total > limit then
    redis.call('HDEL', chunks, unpack(others))
end
return 1
"""

# An upload.
CHUNKS = """
local found, all = {}, redis.call('HKEYS', chunks)
for _, field in ipairs(all) do
    if string.sub(field, 1, #ARGV[4] + 1) == ARGV[4] .. ' ' then
        found[#found + 1] = string.sub(field, #ARGV[4] + 2)
        found[#found + 1] = redis.call('HGET', chunks, field)
    end
end
return found
"""

# An upload.
DROP_CHUNKS = """
for _, field in ipairs(redis.call('HKEYS', chunks)) do
    if string.sub(field, 1, #ARGV[4] + 1) == ARGV[4] .. ' ' then
        redis.call('HDEL', chunks, field)
    end
end
"""

# A mount, its number, and how many mounts are kept: those that were heard of last.
SET_ACK = """
local number = tonumber(ARGV[5])
local known = redis.call('HGET', acks, ARGV[4])
if known then
    number = math.max(number, tonumber(string.match(known, '^%d+')))
end
local time = redis.call('TIME')
redis.call('HSET', acks, ARGV[4], string.format('%d %d%06d', number, time[1], time[2]))
while redis.call('HLEN', acks) > tonumber(ARGV[6]) do
    local entries = redis.call('HGETALL', acks)
    local oldest, at = nil, math.huge
    for i = 1, #entries, 2 do
        local used = tonumber(string.match(entries[i + 1], '%d+$'))
        if used < at then
            oldest, at = entries[i], used
        end
    end
    redis.call('HDEL', acks, oldest)
end
refresh()
"""

# A transaction and what runs in it.
STARTED = """
redis.call('HSET', running, ARGV[4], ARGV[5])
refresh()
"""

# A transaction.
ENDED = """
redis.call('HDEL', running, ARGV[4])
refresh()
announce()
"""

# Handlers.
OFFER = """
for i = 4, #ARGV do
    redis.call('SADD', offered, ARGV[i])
end
refresh()
"""
