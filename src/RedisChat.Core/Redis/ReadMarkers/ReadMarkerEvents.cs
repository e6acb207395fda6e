using System.Text;

namespace RedisChat.Redis;

/// <summary>The passing event of read markers: <c>R message-id time</c>, and a line with the user.</summary>
internal sealed class ReadMarkerEvents : IPassingKind
{
    public string Letters => "R";

    public LiveEvents Read(char letter, ReadOnlySpan<byte> words, ReadOnlySpan<byte> body, object subscription, RoomPosition at)
    {
        var end = body.IndexOf((byte)'\n');
        var user = end < 0 ? body : body[..end];
        if (!TryTake(ref words, out var id) || !TryTake(ref words, out var time) || user.Length is 0 or > ChatLimits.MaxIdBytes)
        {
            return default;
        }

        return LiveEvents.Append(
            default, new LiveEvent(new RoomEvent.ReadMarkerMoved(Encoding.UTF8.GetString(user), id, Micros.ToTime(time), at), 0));
    }

    private static bool TryTake(ref ReadOnlySpan<byte> words, out long number)
    {
        if (!StrictNumber.TryReadFirst(words, out number, out var digits) || (digits < words.Length && words[digits] != ' '))
        {
            return false;
        }

        words = words[Math.Min(digits + 1, words.Length)..];
        return true;
    }
}
