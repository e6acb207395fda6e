using System.Runtime.CompilerServices;

namespace RedisChat;

/// <summary>Reads from the store what a watcher did not hear.</summary>
internal sealed class CatchUp(WatchedStore store, string room, SeenRoom seen)
{
    private const int PageSize = 500;

    // Only the room's position is wanted: the newest message may have to be searched for below many that were deleted.
    private static readonly MessageQuery NoMessages = new() { After = ChatLimits.MaxMessageId, Limit = 1 };

    /// <summary>Leaves out everything until now.</summary>
    public async ValueTask SkipToNowAsync(CancellationToken cancellationToken) =>
        seen.Position = (await store.RepeatAsync(token => store.Store.ReadAsync(room, NoMessages, token), cancellationToken).ConfigureAwait(false)).Position;

    /// <summary>What changed since the position that was seen, and was not told.</summary>
    public async IAsyncEnumerable<RoomEvent> RunAsync(CatchUpCause cause, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChatTelemetry.CatchUp(cause);
        ChatLog.CatchingUp(store.Logger, cause);
        var readAheadBefore = seen.ReadAhead;
        RoomChanges changes;
        do
        {
            changes = await store.RepeatAsync(token => store.Store.ReadChangesAsync(room, seen.Position, PageSize, token), cancellationToken).ConfigureAwait(false);
            foreach (var happened in changes.Events)
            {
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
                yield return happened;
            }

            seen.Position = changes.Position;
        }
        while (changes.HasMore);
        seen.ForgetReadAhead(readAheadBefore);
    }
}
