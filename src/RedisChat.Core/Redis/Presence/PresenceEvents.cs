using System.Text;

namespace RedisChat.Redis;

/// <summary>
/// The passing events of presence: <c>E count</c> or <c>L count</c> and a line for each user who entered or left; <c>H count</c>; and <c>T ms</c> and a line with
/// the user who is typing.
/// </summary>
internal sealed class PresenceEvents(TimeProvider time) : IPassingKind
{
    // More than any script publishes at once, and little enough for a payload that somebody else made up.
    private const int MostUsers = 100_000;

    private static readonly TimeSpan LongestDuration = TimeSpan.FromMinutes(5);

    public string Letters => "ELHT";

    public LiveEvents Read(char letter, ReadOnlySpan<byte> words, ReadOnlySpan<byte> body, RoomPosition at)
    {
        if (!StrictNumber.TryReadFirst(words, out var number, out var digits) || (digits < words.Length && words[digits] != ' '))
        {
            return default;
        }

        return letter switch
        {
            'H' => LiveEvents.Append(default, new LiveEvent(new RoomEvent.PresenceChanged(number, at), 0)),
            'T' => Typing(number, body, at),
            _ => Users(letter, number, body, at),
        };
    }

    private LiveEvents Typing(long milliseconds, ReadOnlySpan<byte> body, RoomPosition at)
    {
        if (TakeUser(ref body) is not { } user)
        {
            return default;
        }

        var duration = TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)LongestDuration.TotalMilliseconds));
        return LiveEvents.Append(default, new LiveEvent(new RoomEvent.Typing(user, duration, time.GetUtcNow() + duration, at), 0));
    }

    private static LiveEvents Users(char letter, long count, ReadOnlySpan<byte> body, RoomPosition at)
    {
        LiveEvents events = default;
        for (var users = 0; !body.IsEmpty && users < MostUsers; users++)
        {
            if (TakeUser(ref body) is not { } user)
            {
                return default;
            }

            events = LiveEvents.Append(events, new LiveEvent(letter == 'E' ? new RoomEvent.Entered(user, count, at) : new RoomEvent.Left(user, count, at), 0));
        }

        return events;
    }

    private static string? TakeUser(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf((byte)'\n');
        var user = end < 0 ? lines : lines[..end];
        lines = end < 0 ? default : lines[(end + 1)..];
        return user.Length is > 0 and <= ChatLimits.MaxIdBytes ? Encoding.UTF8.GetString(user) : null;
    }
}
