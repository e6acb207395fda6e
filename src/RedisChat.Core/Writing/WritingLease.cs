using System.Globalization;
using System.Security.Cryptography;

namespace RedisChat;

/// <summary>Who writes a message, and how long it stays in progress without a sign of them. Stored with the message while it is in progress.</summary>
/// <param name="Writer">A random name of the writer: letters, digits, <c>-</c> and <c>_</c>.</param>
/// <param name="Duration">The lease.</param>
internal sealed record WritingLease(string Writer, TimeSpan Duration)
{
    private const int MostCharacters = 32;

    /// <summary>A name for a new writer. Short, because each part repeats it.</summary>
    public static string NewWriter()
    {
        Span<byte> random = stackalloc byte[6];
        RandomNumberGenerator.Fill(random);
        return Convert.ToBase64String(random)[..6].Replace('+', '-').Replace('/', '_');
    }

    /// <summary>The stored form: the writer and the lease in ms, separated by a space.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Writer} {(long)Duration.TotalMilliseconds}");

    /// <summary>Parses the stored form.</summary>
    public static WritingLease? TryParse(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space is > 0 and <= MostCharacters
            && int.TryParse(text.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? new WritingLease(text[..space], TimeSpan.FromMilliseconds(milliseconds))
            : null;
    }
}
