using System.Text;

namespace RedisChat.Redis;

/// <summary>
/// The stored form of a thread's summary, which <c>thread_summary.lua</c> composes: a line <c>revision count last-reply time</c>, and a line <c>reply user</c> for each participant, the last
/// one first, with the last reply of each. A closed thread has <see cref="Closed"/> instead.
/// </summary>
internal static class ThreadText
{
    /// <summary>The feature's letter: in the room's field <c>uses</c>, in the change log, and in live events.</summary>
    public const char Letter = 'f';

    /// <summary>The value of a thread whose message was deleted.</summary>
    public const string Closed = "x";

    /// <summary>The most participants, as in <c>thread_summary.lua</c>.</summary>
    public const int MostParticipants = ChatLimits.MaxThreadParticipants;

    public static bool IsClosed(ReadOnlySpan<byte> value) => value is [(byte)'x'];

    /// <summary>Parses a summary.</summary>
    /// <param name="value">The value.</param>
    /// <param name="summary">The summary.</param>
    /// <param name="revision">The revision of the last change that it includes.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out ThreadSummary summary, out long revision)
    {
        (summary, revision) = (null!, 0);
        var lines = Encoding.UTF8.GetString(value).Split('\n');
        if (lines[0].Split(' ') is not [var first, var second, var third, var fourth, ..]
            || !StrictNumber.TryRead(first, out revision) || !StrictNumber.TryRead(second, out var count) || !StrictNumber.TryRead(third, out var last)
            || !StrictNumber.TryRead(fourth, out var time))
        {
            return false;
        }

        var users = new string[lines.Length - 1];
        for (var i = 0; i < users.Length; i++)
        {
            var end = lines[i + 1].IndexOf(' ', StringComparison.Ordinal);
            if (end <= 0 || end + 1 == lines[i + 1].Length)
            {
                return false;
            }

            users[i] = lines[i + 1][(end + 1)..];
        }

        summary = new ThreadSummary { Count = count, LastReplyId = last, LastReplyAt = time == 0 ? null : Micros.ToTime(time), Participants = users };
        return true;
    }

    /// <summary>The error for a value that is not a summary.</summary>
    public static ChatDataException Unreadable(KeyNames keys, string room, long messageId) =>
        new($"Field {messageId} of the hash '{keys.Threads(room)}' does not hold the summary of a thread. Another program may be using the same key prefix.")
        {
            Key = keys.Threads(room),
            Field = $"{messageId}",
        };
}
