using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>
/// Tells what happens in a room from a position on, each event once and in order. Live events are taken only while they continue what was
/// told; where they do not, what changed is read from the store.
/// </summary>
internal sealed class Watcher(IMessageStore store, string room, RoomFeed feed, TimeProvider time, ILogger logger)
{
    private const int CatchUpPage = 500;

    // Only the room's position is wanted: the newest message may have to be searched for below many that were deleted.
    private static readonly MessageQuery NoMessages = new() { After = ChatLimits.MaxMessageId, Limit = 1 };
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    // State that was read ahead of the position: by message the revision that it was read with. The change that made it is not told again.
    private readonly Dictionary<long, long> _readAhead = [];
    private RoomPosition _seen;

    /// <summary>Watches.</summary>
    /// <param name="after">What the caller has seen; <see langword="null"/> for everything until now.</param>
    /// <param name="joined">Told once, with the room's position after the feed was joined.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<RoomEvent> RunAsync(
        RoomPosition? after, Action<RoomPosition>? joined, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = feed.Join();
        using var ending = cancellationToken.UnsafeRegister(static state => ((RoomFeedReader)state!).Wake(), reader);
        try
        {
            // The feed was joined first, so what happens from here on is either read now or comes live.
            reader.SkipToNow();
            _seen = after ?? (await RepeatAsync(token => store.ReadAsync(room, NoMessages, token), cancellationToken).ConfigureAwait(false)).Position;
            if (after is not null)
            {
                await foreach (var missed in CatchUpAsync(CatchUpCause.Start, cancellationToken).ConfigureAwait(false))
                {
                    yield return missed;
                }
            }

            joined?.Invoke(_seen);
            yield return new RoomEvent.CaughtUp(_seen);

            while (true)
            {
                var cause = reader.TakeCatchUp();
                while (cause == CatchUpCause.None && reader.TryRead(_seen, out var happened, out var continuity))
                {
                    switch (continuity)
                    {
                        case Continuity.Next when WasReadAhead(happened):
                            _seen = happened.Position;
                            break;
                        case Continuity.Next:
                            _seen = happened.Position;
                            yield return happened;
                            break;
                        case Continuity.Hole:
                            cause = CatchUpCause.Hole;
                            reader.SkipToNow();
                            break;
                    }

                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (cause == CatchUpCause.None)
                {
                    await reader.WaitAsync().ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                }

                await foreach (var missed in CatchUpAsync(cause, cancellationToken).ConfigureAwait(false))
                {
                    yield return missed;
                }
            }
        }
        finally
        {
            feed.Leave(reader);
        }
    }

    private async IAsyncEnumerable<RoomEvent> CatchUpAsync(CatchUpCause cause, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChatTelemetry.CatchUp(cause);
        ChatLog.CatchingUp(logger, cause);
        var readAheadBefore = _readAhead.ToArray();
        RoomChanges changes;
        do
        {
            changes = await RepeatAsync(token => store.ReadChangesAsync(room, _seen, CatchUpPage, token), cancellationToken).ConfigureAwait(false);
            foreach (var happened in changes.Events)
            {
                if (happened is RoomEvent.Gap)
                {
                    _readAhead.Clear();
                    ChatTelemetry.Gap();
                    ChatLog.Gap(logger, _seen, happened.Position);
                }
                else if (!IsNews(happened))
                {
                    continue;
                }

                _seen = happened.Position;
                yield return happened;
            }

            _seen = changes.Position;
        }
        while (changes.HasMore);

        // What was read ahead of an earlier position is not ahead of this one, unless it was read anew.
        foreach (var entry in readAheadBefore)
        {
            ((ICollection<KeyValuePair<long, long>>)_readAhead).Remove(entry);
        }
    }

    /// <summary>Whether a live change is already part of a state that was told.</summary>
    private bool WasReadAhead(RoomEvent happened)
    {
        var id = happened switch
        {
            RoomEvent.Edited edited => edited.Message.Id,
            RoomEvent.Deleted deleted => deleted.MessageId,
            _ => 0,
        };
        return _readAhead.TryGetValue(id, out var told) && happened.Position.Revision <= told;
    }

    /// <summary>
    /// Whether a state read from the store was not told yet. It may be newer than the position it is read at, since it is read a moment later: that is
    /// remembered, so that the change is not told again when it comes live.
    /// </summary>
    private bool IsNews(RoomEvent happened)
    {
        var (id, revision) = happened switch
        {
            RoomEvent.Created { Message: var message } => (message.Id, RevisionOf(message)),
            RoomEvent.Edited { Message: var message } => (message.Id, RevisionOf(message)),
            RoomEvent.Deleted deleted => (deleted.MessageId, deleted.IsReadAhead ? long.MaxValue : deleted.Position.Revision),
            _ => (0, 0),
        };
        if (_readAhead.TryGetValue(id, out var told) && revision <= told)
        {
            return false;
        }

        if (revision > happened.Position.Revision)
        {
            _readAhead[id] = revision;
        }

        return true;

        // An edit's time is its revision.
        static long RevisionOf(Message message) => message.EditedAt is { } edited ? Micros.FromTime(edited) : 0;
    }

    /// <summary>A watcher outlasts any time without a store: it reads again until it can.</summary>
    private async ValueTask<T> RepeatAsync<T>(Func<CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await read(cancellationToken).ConfigureAwait(false);
            }
            catch (ChatUnavailableException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ChatLog.WatcherWaits(logger, e);
            }

            await Task.Delay(PauseWhileUnavailable, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
