-- Publishes that a user is typing: a passing event, of which nothing is stored.
-- KEYS[1]  channel
-- ARGV[1]  how to publish: PUBLISH, or on a cluster SPUBLISH
-- ARGV[2]  payload
return redis.call(ARGV[1], KEYS[1], ARGV[2])
