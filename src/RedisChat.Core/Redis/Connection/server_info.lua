-- Returns the output of INFO. The client refuses to send INFO itself, because it counts as an administrator's command.
return redis.call('INFO')
