using System.Globalization;

namespace RedisChat;

/// <summary>Keeps notices of released attachments in memory.</summary>
/// <param name="upkeep">The index of rooms that need work.</param>
internal sealed class InMemoryAttachmentStore(IUpkeepStore upkeep) : IAttachmentNoticeStore
{
    private readonly Dictionary<string, List<AttachmentNotice>> _notices = new(StringComparer.Ordinal);
    private long _ids;

    /// <summary>Whether rooms are tracked from now on.</summary>
    public bool KeepsNotices { get; private set; }

    public void KeepNotices() => KeepsNotices = true;

    /// <summary>Adds a notice.</summary>
    public void Add(string room, long messageId, AttachmentList attachments, ReleaseReason reason)
    {
        var above = ThreadId.RuledBy(room);
        lock (_notices)
        {
            if (!_notices.TryGetValue(above, out var notices))
            {
                _notices.Add(above, notices = []);
            }

            notices.Add(new AttachmentNotice((++_ids).ToString(CultureInfo.InvariantCulture), room, messageId, attachments, reason));
        }

        // Completes at once.
        _ = upkeep.AddRoomAsync(above, at: null).AsTask();
    }

    public ValueTask<IReadOnlyList<AttachmentNotice>> ReadNoticesAsync(string room, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_notices)
        {
            return new([.. _notices.GetValueOrDefault(room, []).Take(limit)]);
        }
    }

    public ValueTask RemoveNoticesAsync(string room, IReadOnlyList<AttachmentNotice> notices, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_notices)
        {
            if (_notices.TryGetValue(room, out var kept) && kept.RemoveAll(notices.Contains) > 0 && kept.Count == 0)
            {
                _notices.Remove(room);
            }
        }

        return default;
    }
}
