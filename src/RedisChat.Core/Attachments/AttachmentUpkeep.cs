using System.Collections.Concurrent;

namespace RedisChat;

/// <summary>Reports released attachments to the application's store, and then forgets the notices.</summary>
/// <param name="notices">The notices.</param>
/// <param name="store">The application's store; <see langword="null"/> if this process has none, so that another one must report them.</param>
/// <param name="runner">Knows settings and log.</param>
internal sealed class AttachmentUpkeep(IAttachmentNoticeStore notices, IAttachmentStore? store, OperationRunner runner) : IRoomUpkeep
{
    private const int NoticesAtOnce = 100;
    private const int MostFailing = 10_000;
    private const int LongestBackoff = 9;

    // How often a room failed in a row, in this process.
    private readonly ConcurrentDictionary<string, int> _failing = new(StringComparer.Ordinal);

    public async ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken)
    {
        if (ThreadId.IsThread(room))
        {
            // Its notices are those of its room, which whoever wrote them has added.
            return null;
        }

        var found = await notices.ReadNoticesAsync(room, NoticesAtOnce, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            _failing.TryRemove(room, out _);
            return null;
        }

        if (store is null)
        {
            return runner.Options.Upkeep.PollInterval;
        }

        try
        {
            await store.ReleasedAsync([.. found.SelectMany(Released)], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Its message may have a name or an address, which are a user's text.
            var pause = Failed(room);
            ChatLog.ReleaseFailed(runner.Logger, store.GetType().Name, e.GetType().Name, pause.TotalSeconds);
            ChatLog.ReleaseError(runner.Logger, store.GetType().Name, e);
            var reported = found.Count == 1 ? 0 : await ReportEachAsync(store, room, found, cancellationToken).ConfigureAwait(false);
            return reported == found.Count || (reported > 0 && found.Count == NoticesAtOnce) ? TimeSpan.Zero : pause;
        }

        _failing.TryRemove(room, out _);
        await notices.RemoveNoticesAsync(room, found, cancellationToken).ConfigureAwait(false);
        return found.Count < NoticesAtOnce ? null : TimeSpan.Zero;
    }

    /// <summary>Reports the notices one by one, so that none waits for another that the application always refuses.</summary>
    /// <returns>The number of those that were reported.</returns>
    private async ValueTask<int> ReportEachAsync(IAttachmentStore store, string room, IReadOnlyList<AttachmentNotice> found, CancellationToken cancellationToken)
    {
        var (reported, start) = (0, runner.Time.GetTimestamp());
        foreach (var notice in found)
        {
            try
            {
                await store.ReleasedAsync([.. Released(notice)], cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                ChatLog.ReleaseError(runner.Logger, store.GetType().Name, e);
                if (runner.Time.GetElapsedTime(start) < runner.Options.Upkeep.Lease / 2)
                {
                    continue;
                }

                // The store cannot be reached, or takes its time. The claim must not end here, or there would be no pause.
                break;
            }

            await notices.RemoveNoticesAsync(room, [notice], cancellationToken).ConfigureAwait(false);
            reported++;
        }

        return reported;
    }

    private static IEnumerable<ReleasedAttachment> Released(AttachmentNotice notice) =>
        notice.Attachments.Select(attachment => new ReleasedAttachment(notice.Room, notice.MessageId, attachment, notice.Reason));

    /// <summary>How long to wait before the next attempt: 1 second, then twice as long each time, up to about 8 minutes.</summary>
    private TimeSpan Failed(string room)
    {
        if (_failing.Count >= MostFailing)
        {
            _failing.Clear();
        }

        var failures = _failing.AddOrUpdate(room, 1, static (_, before) => Math.Min(before + 1, LongestBackoff + 1));
        return TimeSpan.FromSeconds(1 << (failures - 1));
    }
}
