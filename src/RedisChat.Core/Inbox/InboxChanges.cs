namespace RedisChat;

/// <summary>The changes of an inbox. Each enumeration is a watch of its own.</summary>
internal sealed class InboxChanges(Chat chat, string user, InboxReader reader, InboxWatchOptions options, CancellationToken cancellationToken)
    : IAsyncEnumerable<InboxChange>
{
    public async IAsyncEnumerator<InboxChange> GetAsyncEnumerator(CancellationToken ofEnumeration)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ofEnumeration);
        var watch = new InboxWatch(chat, user, reader);
        await using var whileWatching = watch.ConfigureAwait(false);
        for (var pause = TimeSpan.Zero; ; pause = options.Interval)
        {
            foreach (var change in await NextAsync(watch, pause, ending.Token, ofEnumeration).ConfigureAwait(false))
            {
                yield return change;
            }
        }
    }

    private async ValueTask<IReadOnlyList<InboxChange>> NextAsync(InboxWatch watch, TimeSpan pause, CancellationToken ending, CancellationToken ofEnumeration)
    {
        try
        {
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, chat.Runner.Time, ending).ConfigureAwait(false);
            }

            await watch.ArrivedAsync(options.RefreshInterval, ending).ConfigureAwait(false);
            return await watch.ReadAsync(ending).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken.IsCancellationRequested ? cancellationToken : ofEnumeration);
        }
    }
}
