-- Returns OK if the database with the number ARGV[1] can be used. A script's SELECT ends with the script.
return redis.call('SELECT', ARGV[1])
