namespace RedisChat.IntegrationTests;

/// <summary>Asks again and again, where no event tells.</summary>
internal static class Poll
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks until it is so.</summary>
    public static Task UntilAsync(Func<Task<bool>> isSo, string what) => UntilAsync(async () => await isSo() ? what : null, what);

    /// <summary>Asks until there is an answer.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T?>> ask, string what)
        where T : class
    {
        for (var deadline = DateTime.UtcNow + Patience; ;)
        {
            try
            {
                if (await ask() is { } answer)
                {
                    return answer;
                }
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                // A server whose part changes cuts its connections.
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"It did not happen in time: {what}.");
            }

            await Task.Delay(25);
        }
    }
}
