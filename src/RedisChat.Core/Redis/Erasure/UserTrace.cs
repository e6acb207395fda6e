using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Something that a room's keys hold about a user.</summary>
/// <param name="Kind">What it is: see <see cref="UserPlaces"/>.</param>
/// <param name="Key">The key.</param>
/// <param name="Suffix">The key without the root.</param>
/// <param name="Field">The field or member.</param>
/// <param name="Value">The value of the field.</param>
internal sealed record UserTrace(char Kind, string Key, string Suffix, RedisValue Field, RedisValue Value)
{
    /// <summary>The id that the field begins with, which may be followed by a colon and more; 0 if it does not.</summary>
    public long MessageId
    {
        get
        {
            var text = (string)Field!;
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return StrictNumber.TryRead(colon < 0 ? text : text.AsSpan(0, colon), out var id) ? id : 0;
        }
    }
}
