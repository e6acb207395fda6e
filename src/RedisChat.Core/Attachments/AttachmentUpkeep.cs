using System.Collections.Concurrent;

namespace RedisChat;

/// <summary>Reports released attachments to the application's store, and then forgets the notices.</summary>
/// <param name="notices">The notices.</param>
/// <param name="store">The application's store; <see langword="null"/> if this process has none, so that another one must report them.</param>
/// <param name="runner">Knows settings and log.</param>
internal sealed class AttachmentUpkeep(IAttachmentNoticeStore notices, IAttachmentStore? store, OperationRunner runner) : IRoomUpkeep
{
    private const int NoticesAtOnce = 100;
    private const int MostRooms = 10_000;

    // What the application refused, in this process. Those notices are read again with the others, so the others are found behind them.
    private readonly ConcurrentDictionary<string, RefusedNotices> _refused = new(StringComparer.Ordinal);

    public async ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken)
    {
        if (ThreadId.IsThread(room))
        {
            // Its notices are those of its room, which whoever wrote them has added.
            return null;
        }

        var refused = _refused.GetValueOrDefault(room, RefusedNotices.None);
        var limit = NoticesAtOnce + refused.Attempts.Count;
        var found = await notices.ReadNoticesAsync(room, limit, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            _refused.TryRemove(room, out _);
            return null;
        }

        if (store is null)
        {
            return runner.Options.Upkeep.PollInterval;
        }

        var chosen = refused.Choose(found, NoticesAtOnce);
        var wait = refused.Pause - runner.Time.GetElapsedTime(refused.Start);
        if (refused.Contains(chosen[0]) && wait > TimeSpan.Zero)
        {
            return wait;
        }

        try
        {
            await store.ReleasedAsync([.. chosen.SelectMany(Released)], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return await RefusedAsync(store, room, refused, found, chosen, e, cancellationToken).ConfigureAwait(false);
        }

        await notices.RemoveNoticesAsync(room, chosen, cancellationToken).ConfigureAwait(false);

        // Also if there seem to be no others: notices that cannot be read are an error only without others, and are tried again after it.
        return TimeSpan.Zero;
    }

    /// <summary>The application has refused several together: reports them one by one, and remembers which it still refuses.</summary>
    private async ValueTask<TimeSpan?> RefusedAsync(
        IAttachmentStore store, string room, RefusedNotices before, IReadOnlyList<AttachmentNotice> found, IReadOnlyList<AttachmentNotice> chosen, Exception error, CancellationToken cancellationToken)
    {
        var (reported, again) = chosen.Count == 1 ? ([], chosen) : await ReportEachAsync(store, room, chosen, cancellationToken).ConfigureAwait(false);
        if (_refused.Count >= MostRooms)
        {
            _refused.Clear();
        }

        var refused = _refused[room] = before.After(again, found, reported.Count > 0, runner.Time.GetTimestamp());

        // Its message may have a name or an address, which are a user's text.
        ChatLog.ReleaseFailed(runner.Logger, store.GetType().Name, error.GetType().Name, refused.Pause.TotalSeconds);
        ChatLog.ReleaseError(runner.Logger, store.GetType().Name, error);
        return reported.Count > 0 ? TimeSpan.Zero : refused.Pause;
    }

    /// <summary>Reports the notices one by one, so that none waits for another that the application always refuses.</summary>
    /// <returns>Those that were reported, and those that were refused. If the store takes too long, the others are in neither list.</returns>
    private async ValueTask<(IReadOnlyList<AttachmentNotice> Reported, IReadOnlyList<AttachmentNotice> Refused)> ReportEachAsync(
        IAttachmentStore store, string room, IReadOnlyList<AttachmentNotice> chosen, CancellationToken cancellationToken)
    {
        var (reported, refused, start) = (new List<AttachmentNotice>(), new List<AttachmentNotice>(), runner.Time.GetTimestamp());
        foreach (var notice in chosen)
        {
            try
            {
                await store.ReleasedAsync([.. Released(notice)], cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                refused.Add(notice);
                ChatLog.ReleaseError(runner.Logger, store.GetType().Name, e);
                if (runner.Time.GetElapsedTime(start) < runner.Options.Upkeep.Lease / 2)
                {
                    continue;
                }

                // The store cannot be reached, or takes its time. The claim must not end here, or there would be no pause.
                break;
            }

            await notices.RemoveNoticesAsync(room, [notice], cancellationToken).ConfigureAwait(false);
            reported.Add(notice);
        }

        return (reported, refused);
    }

    private static IEnumerable<ReleasedAttachment> Released(AttachmentNotice notice) =>
        notice.Attachments.Select(attachment => new ReleasedAttachment(notice.Room, notice.MessageId, attachment, notice.Reason));
}
