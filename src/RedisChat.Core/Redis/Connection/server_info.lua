-- Returns what INFO says, where the client itself is kept from asking: it takes INFO for an administrator's command.
return redis.call('INFO')
