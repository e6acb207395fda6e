using System.Runtime.CompilerServices;
using System.Text;

namespace RedisChat.Redis;

/// <summary>
/// The passing events of presence: <c>E time before count</c> or <c>L time before count</c> and a line for each user who entered or left; <c>H time before count</c>;
/// and <c>T ms</c> and a line with the user who is typing.
/// </summary>
internal sealed class PresenceEvents(TimeProvider time) : IPassingKind
{
    private static readonly TimeSpan LongestDuration = TimeSpan.FromMinutes(5);

    // Only rooms with presence have an entry, and it goes with the subscription.
    private readonly ConditionalWeakTable<object, PresenceOrder> _orders = [];

    public string Letters => "ELHT";

    public LiveEvents Read(char letter, ReadOnlySpan<byte> words, ReadOnlySpan<byte> body, object subscription, RoomPosition at)
    {
        if (!TryTake(ref words, out var first))
        {
            return default;
        }

        if (letter == 'T')
        {
            return Typing(first, body, at);
        }

        var order = _orders.GetValue(subscription, _ => new PresenceOrder(time));
        return TryTake(ref words, out var before) && TryTake(ref words, out var count) ? Presence(letter, order, first, before, count, body, at) : default;
    }

    private LiveEvents Typing(long milliseconds, ReadOnlySpan<byte> body, RoomPosition at)
    {
        if (TakeUser(ref body) is not { } user)
        {
            return default;
        }

        var duration = TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)LongestDuration.TotalMilliseconds));
        return Append(default, new RoomEvent.Typing(user, duration, time.GetUtcNow() + duration, at));
    }

    private static LiveEvents Presence(char letter, PresenceOrder order, long report, long before, long count, ReadOnlySpan<byte> body, RoomPosition at)
    {
        var isLost = order.Take(report, before, ref count);
        LiveEvents events = default;
        while (letter != 'H' && !body.IsEmpty)
        {
            if (TakeUser(ref body) is { } user && order.TryTake(user, report))
            {
                events = Append(events, letter == 'E' ? new RoomEvent.Entered(user, count, at) : new RoomEvent.Left(user, count, at));
            }
        }

        return letter == 'H' || isLost ? Append(events, new RoomEvent.PresenceChanged(count, at)) : events;
    }

    private static LiveEvents Append(LiveEvents events, RoomEvent happened) => LiveEvents.Append(events, new LiveEvent(happened, 0));

    private static bool TryTake(ref ReadOnlySpan<byte> words, out long number)
    {
        if (!StrictNumber.TryReadFirst(words, out number, out var digits) || (digits < words.Length && words[digits] != ' '))
        {
            return false;
        }

        words = words[Math.Min(digits + 1, words.Length)..];
        return true;
    }

    private static string? TakeUser(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf((byte)'\n');
        var user = end < 0 ? lines : lines[..end];
        lines = end < 0 ? default : lines[(end + 1)..];
        return user.Length is > 0 and <= ChatLimits.MaxIdBytes ? Encoding.UTF8.GetString(user) : null;
    }
}
