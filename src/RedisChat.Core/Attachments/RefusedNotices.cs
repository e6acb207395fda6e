using System.Collections.Immutable;

namespace RedisChat;

/// <summary>What a process remembers of a room whose notices the application has refused. Immutable.</summary>
/// <param name="Failures">How often in a row an attempt reported nothing.</param>
/// <param name="Start">When the pause after the last attempt began, as a timestamp.</param>
/// <param name="Attempts">How often each notice was refused, by its id.</param>
internal sealed record RefusedNotices(int Failures, long Start, ImmutableDictionary<string, int> Attempts)
{
    private const int LongestBackoff = 9;

    // Further ones are not remembered: if more are refused than this, they may keep others waiting.
    private const int Most = 10_000;

    public static RefusedNotices None { get; } = new(0, 0, ImmutableDictionary.Create<string, int>(StringComparer.Ordinal));

    /// <summary>How long to wait before those that were refused are reported again: 1 second, then twice as long each time, up to about 8 minutes.</summary>
    public TimeSpan Pause => TimeSpan.FromSeconds(Failures == 0 ? 0 : 1 << (Failures - 1));

    /// <summary>Chooses what to report now: what was never refused, and otherwise what was refused least often.</summary>
    public IReadOnlyList<AttachmentNotice> Choose(IReadOnlyList<AttachmentNotice> found, int most)
    {
        var fresh = found.Where(notice => !Attempts.ContainsKey(notice.Id)).Take(most).ToList();
        return fresh.Count > 0 ? fresh : [.. found.OrderBy(notice => Attempts[notice.Id]).Take(most)];
    }

    /// <summary>Whether a notice was refused before.</summary>
    public bool Contains(AttachmentNotice notice) => Attempts.ContainsKey(notice.Id);

    /// <summary>What is remembered after an attempt.</summary>
    /// <param name="refused">What it did not report.</param>
    /// <param name="left">All that is left, as far as it was read. Others are forgotten.</param>
    /// <param name="hasReported">Whether it reported anything.</param>
    /// <param name="now">The timestamp.</param>
    public RefusedNotices After(IReadOnlyList<AttachmentNotice> refused, IReadOnlyList<AttachmentNotice> left, bool hasReported, long now)
    {
        var attempts = None.Attempts.ToBuilder();
        attempts.AddRange(left.Where(Contains).Select(notice => KeyValuePair.Create(notice.Id, Attempts[notice.Id])));
        foreach (var notice in refused.Take(Most - attempts.Count))
        {
            attempts[notice.Id] = Attempts.GetValueOrDefault(notice.Id) + 1;
        }

        return new(hasReported ? 1 : Math.Min(Failures + 1, LongestBackoff + 1), now, attempts.ToImmutable());
    }
}
