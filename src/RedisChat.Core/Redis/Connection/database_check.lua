-- Returns OK if the database with the number ARGV[1] can be used. A script's SELECT has no effect after the script.
return redis.call('SELECT', ARGV[1])
