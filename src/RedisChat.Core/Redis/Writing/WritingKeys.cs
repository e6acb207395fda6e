using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Where messages in progress are kept: one hash for each room. Field <c>id</c> holds a message's <see cref="WritingRecord"/>, and <c>id:offset</c> the part that begins
/// there. Not in the message itself, which would be rewritten for each part.
/// </summary>
internal static class WritingKeys
{
    /// <summary>The feature's letter: in the room's field <c>uses</c> while something is being written, in the change log, and in live events.</summary>
    public const char Letter = 'w';

    public static RedisValue Field(long messageId) => messageId;
}

/// <summary>The state of a message in progress: <c>end of the lease in µs, writer, bytes so far, bytes of the text that it began with</c>.</summary>
/// <param name="Field">The field's value.</param>
/// <param name="LeaseEnd">When the lease ends, µs.</param>
/// <param name="Writer">The writer's name.</param>
internal readonly record struct WritingRecord(RedisValue Field, long LeaseEnd, string Writer)
{
    /// <summary>Parses the field; <see langword="null"/> if it is empty or not such a state.</summary>
    public static WritingRecord? TryRead(byte[] field)
    {
        var words = Encoding.UTF8.GetString(field).Split(' ');
        return words.Length >= 4 && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            ? new WritingRecord(field, end, words[1])
            : null;
    }
}
