using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>"I have seen the room up to here": what a reader keeps in order to continue later with no gaps or duplicates.</summary>
/// <remarks>
/// <para>
/// A message id alone is not enough. Suppose a room at message 105 fails over to a replica that is at 100, and six more messages are sent, with the ids
/// 101 to 106. A reader that asks for the messages after 105 would silently miss 101 to 105 of the new history. <see cref="Stamp"/> differs in that
/// case, which reveals the loss. If the room was lost and created again, <see cref="Epoch"/> differs; if a change was lost,
/// <see cref="Revision"/> is unknown.
/// </para>
/// <para><see cref="ToString()"/> returns a short token without spaces, and <see cref="Parse"/> reads it back. Treat it as opaque.</para>
/// </remarks>
/// <param name="Epoch">A random number that the room got when it was created; 0 while the room does not exist.</param>
/// <param name="MessageId">The last message seen; 0 if there is none.</param>
/// <param name="Stamp">The time of that message in µs since 1970-01-01 UTC, by the store's clock; 0 if there is none.</param>
/// <param name="Revision">The last change (edit, delete) seen; 0 if there is none. Also a time in µs, made strictly increasing in the room.</param>
[JsonConverter(typeof(RoomPositionJsonConverter))]
public readonly record struct RoomPosition(ulong Epoch, long MessageId, long Stamp, long Revision) : IParsable<RoomPosition>
{
    /// <summary>The position of a reader that has seen nothing, in a room that does not exist yet.</summary>
    public static RoomPosition Start => default;

    /// <summary>Whether this position can be equal to or later than another one in the same history.</summary>
    internal bool IsAtOrAfter(RoomPosition other) =>
        other == Start
        || (Epoch == other.Epoch
            && Revision >= other.Revision
            && (MessageId > other.MessageId || (MessageId == other.MessageId && Stamp == other.Stamp)));

    /// <summary>A random epoch for a new room.</summary>
    internal static ulong NewEpoch()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);

        // Never 0, which stands for a room that does not exist.
        return BitConverter.ToUInt64(bytes) | 1;
    }

    /// <summary>The position as a token: at most 80 ASCII letters, digits and dots.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Epoch:x}.{MessageId}.{Stamp}.{Revision}");

    /// <summary>Parses a token that <see cref="ToString()"/> returned.</summary>
    /// <remarks>
    /// For a text that is not a token it throws <see cref="FormatException"/>, as <see cref="IParsable{TSelf}"/> and its callers expect, not
    /// <see cref="ChatInputException"/>. For a token from a client, prefer <see cref="TryParse"/>.
    /// </remarks>
    /// <param name="s">The token.</param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="FormatException">The text is not such a token.</exception>
    public static RoomPosition Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return TryParse(s, provider, out var position)
            ? position
            : throw new FormatException("This is not a room position. Pass back exactly what RoomPosition.ToString() returned.");
    }

    /// <summary>Parses a token that <see cref="ToString()"/> returned; <see langword="false"/> for any other text.</summary>
    /// <param name="s">The token.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The position.</param>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RoomPosition result)
    {
        result = default;
        if (s is null || s.Length > 80)
        {
            return false;
        }

        Span<Range> parts = stackalloc Range[5];
        var text = s.AsSpan();
        if (text.Split(parts, '.') != 4
            || !ulong.TryParse(text[parts[0]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var epoch)
            || !TryParseNumber(text[parts[1]], out var id)
            || !TryParseNumber(text[parts[2]], out var stamp)
            || !TryParseNumber(text[parts[3]], out var revision))
        {
            return false;
        }

        result = new RoomPosition(epoch, id, stamp, revision);
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
