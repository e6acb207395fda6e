using System.Runtime.CompilerServices;

namespace RedisChat;

/// <summary>Reads the events that a watcher missed from the store.</summary>
/// <param name="store">The store.</param>
/// <param name="room">The room's id.</param>
/// <param name="seen">What the watcher has received.</param>
/// <param name="most">The largest number of events to catch up on; beyond it, the watcher receives a gap instead.</param>
/// <param name="deleted">
/// A live event that reports the room's deletion. It is true if the store does not have the room any more; a room that has the same epoch was not deleted.
/// </param>
internal sealed class CatchUp(WatchedStore store, string room, SeenRoom seen, int? most, RoomEvent.RoomDeleted? deleted = null)
{
    private const int PageSize = 500;

    /// <summary>Skips everything up to now.</summary>
    public async ValueTask SkipToNowAsync(CancellationToken cancellationToken) =>
        seen.Position = await store.ReadPositionAsync(room, cancellationToken).ConfigureAwait(false);

    /// <summary>The changes since the position that were not delivered yet.</summary>
    public async IAsyncEnumerable<RoomEvent> RunAsync(CatchUpCause cause, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChatTelemetry.CatchUp(cause);
        ChatLog.CatchingUp(store.Logger, cause);
        var readAheadBefore = seen.ReadAhead;
        var before = seen.Position;
        var pages = new Queue<RoomChanges>();
        if (!await TryReadAllAsync(pages, cancellationToken).ConfigureAwait(false))
        {
            await SkipToNowAsync(cancellationToken).ConfigureAwait(false);
            seen.ForgetReadAhead();
            if (IsDeleted(before, seen.Position))
            {
                yield return deleted!;
                yield break;
            }

            ChatTelemetry.Gap();
            ChatLog.TooFarBehind(store.Logger, most);
            yield return new RoomEvent.Gap(seen.Position);
            yield break;
        }

        RoomChanges changes;
        do
        {
            changes = pages.TryDequeue(out var page)
                ? page
                : await store.ReadChangesAsync(room, seen.Position, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var happened in changes.Events)
            {
                if ((happened is RoomEvent.Gap && IsDeleted(before, happened.Position))
                    || (happened is RoomEvent.RoomDeleted && deleted?.Position.Epoch == before.Epoch))
                {
                    yield return deleted!;
                    yield break;
                }

                if (happened is RoomEvent.Gap)
                {
                    seen.ForgetReadAhead();
                    ChatTelemetry.Gap();
                    ChatLog.Gap(store.Logger, seen.Position, happened.Position);
                }
                else if (!seen.IsNews(happened))
                {
                    continue;
                }

                seen.Position = happened.Position;
                seen.Received(happened);
                yield return happened;
            }

            seen.Position = changes.Position;
        }
        while (changes.HasMore);
        seen.ForgetReadAhead(readAheadBefore);
    }

    private bool IsDeleted(RoomPosition before, RoomPosition now) =>
        deleted is not null && deleted.Position.Epoch == before.Epoch && now.Epoch != before.Epoch;

    /// <summary>If there is a bound, reads everything before delivering anything; <see langword="false"/> as soon as the bound is exceeded.</summary>
    private async ValueTask<bool> TryReadAllAsync(Queue<RoomChanges> pages, CancellationToken cancellationToken)
    {
        if (most is not { } bound)
        {
            return true;
        }

        var position = seen.Position;
        RoomChanges changes;
        var count = 0L;
        do
        {
            var limit = (int)Math.Min(PageSize, bound - count + 1);
            changes = await store.ReadChangesAsync(room, position, limit, cancellationToken).ConfigureAwait(false);
            pages.Enqueue(changes);
            position = changes.Position;
            count += changes.Events.Count;
            if (count > bound && changes.Events is not [RoomEvent.RoomDeleted])
            {
                return false;
            }
        }
        while (changes.HasMore);
        return true;
    }
}
