namespace RedisChat.IntegrationTests;

/// <summary>Polls a state that raises no event.</summary>
internal static class Poll
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Polls until the condition holds.</summary>
    public static Task UntilAsync(Func<Task<bool>> isSo, string what) => UntilAsync(async () => await isSo() ? what : null, what);

    /// <summary>Polls until there is an answer.</summary>
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
                // A server whose role changes cuts its connections.
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"It did not happen in time: {what}.");
            }

            await Task.Delay(25);
        }
    }
}
