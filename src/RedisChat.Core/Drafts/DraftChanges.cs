using System.Runtime.CompilerServices;

namespace RedisChat;

/// <summary>The changes of a user's drafts. Each enumeration is a watch of its own.</summary>
internal sealed class DraftChanges(Chat chat, string user, IDraftStore store, CancellationToken cancellationToken) : IAsyncEnumerable<DraftChange>
{
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    public async IAsyncEnumerator<DraftChange> GetAsyncEnumerator(CancellationToken ofEnumeration)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ofEnumeration);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var revoked = EndWhenRevokedAsync(begun, ending);
        try
        {
            var events = WatchAsync(ending.Token).GetAsyncEnumerator(ending.Token);
            await using (events.ConfigureAwait(false))
            {
                while (await NextAsync(events).ConfigureAwait(false))
                {
                    yield return events.Current;
                }
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await revoked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async ValueTask<bool> NextAsync(IAsyncEnumerator<DraftChange> events)
        {
            try
            {
                // Nothing is delivered before a revocation would end it.
                await begun.Task.WaitAsync(ending.Token).ConfigureAwait(false);
                return await events.MoveNextAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || ofEnumeration.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken.IsCancellationRequested ? cancellationToken : ofEnumeration);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // Throws why the user's streams end.
                await revoked.ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task EndWhenRevokedAsync(TaskCompletionSource begun, CancellationTokenSource ending)
    {
        if (chat.Sessions is null)
        {
            // The store knows no revocation.
            begun.SetResult();
            return;
        }

        try
        {
            await chat.WaitForRevocationAsync(user, begun, ending.Token).ConfigureAwait(false);
            throw Forbidden.Revoked(null);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<DraftChange> WatchAsync([EnumeratorCancellation] CancellationToken ended)
    {
        var known = new Dictionary<string, Draft>(StringComparer.Ordinal);
        await foreach (var happened in chat.Store.WatchAsync(UserScope.Of(user), WatchOptions.FromNow, ended).ConfigureAwait(false))
        {
            var changes = happened switch
            {
                RoomEvent.DraftChanged { Room: var room } => [new DraftChange(room, await RepeatAsync(() => store.ReadDraftAsync(user, room, ended), ended).ConfigureAwait(false))],
                RoomEvent.CaughtUp or RoomEvent.Gap => Differences(known, await RepeatAsync(() => store.ReadDraftsAsync(user, ended), ended).ConfigureAwait(false)),
                _ => (IReadOnlyList<DraftChange>)[],
            };
            foreach (var change in changes)
            {
                ended.ThrowIfCancellationRequested();
                if (change.Now is { } now ? !now.Equals(known.GetValueOrDefault(change.Room)) : known.ContainsKey(change.Room))
                {
                    Keep(known, change);
                    yield return change;
                }
            }
        }
    }

    private async ValueTask<T> RepeatAsync<T>(Func<ValueTask<T>> read, CancellationToken ended)
    {
        while (true)
        {
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (ChatUnavailableException e)
            {
                ended.ThrowIfCancellationRequested();
                ChatLog.WatcherWaits(chat.Runner.Logger, e);
            }

            await Task.Delay(PauseWhileUnavailable, chat.Runner.Time, ended).ConfigureAwait(false);
        }
    }

    private static List<DraftChange> Differences(Dictionary<string, Draft> known, IReadOnlyList<Draft> drafts)
    {
        var rooms = drafts.Select(draft => draft.Room).ToHashSet(StringComparer.Ordinal);
        return [.. known.Keys.Where(room => !rooms.Contains(room)).Select(room => new DraftChange(room, null)), .. drafts.Select(draft => new DraftChange(draft.Room, draft))];
    }

    private static void Keep(Dictionary<string, Draft> known, DraftChange change)
    {
        if (change.Now is { } now)
        {
            known[change.Room] = now;
        }
        else
        {
            known.Remove(change.Room);
        }
    }
}
