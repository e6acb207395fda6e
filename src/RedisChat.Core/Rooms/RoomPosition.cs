using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>"I have seen the room up to here": what a reader keeps in order to go on later without a hole.</summary>
/// <remarks>
/// <para>
/// A message id alone would not do. A room at message 105 fails over to a replica that knows 100; six more are sent and get the numbers
/// 101 to 106. A reader that asks for what came "after 105" would silently miss 101 to 105 of the new history. <see cref="Stamp"/>
/// differs then, and that is noticed. If the room was lost and created anew, <see cref="Epoch"/> differs; if a change was lost,
/// <see cref="Revision"/> is unknown.
/// </para>
/// <para><see cref="ToString()"/> gives a short token without spaces that <see cref="Parse"/> reads back; treat it as opaque.</para>
/// </remarks>
/// <param name="Epoch">Random, given to the room when it was created; 0 while there is no room.</param>
/// <param name="MessageId">The last message seen; 0 for none.</param>
/// <param name="Stamp">The time of that message in µs since 1970-01-01 UTC, by the store's clock; 0 for none.</param>
/// <param name="Revision">The last change (edit, delete) seen; 0 for none. Also a time in µs, made strictly increasing in the room.</param>
[JsonConverter(typeof(RoomPositionJsonConverter))]
public readonly record struct RoomPosition(ulong Epoch, long MessageId, long Stamp, long Revision) : IParsable<RoomPosition>
{
    /// <summary>The position of a reader that has seen nothing, in a room that does not exist yet.</summary>
    public static RoomPosition Start => default;

    /// <summary>Whether this position can be the same as, or have come after, another one in the same history.</summary>
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

    /// <summary>Reads a token that <see cref="ToString()"/> returned.</summary>
    /// <remarks>
    /// A text that is not a token is a <see cref="FormatException"/>, as <see cref="IParsable{TSelf}"/> and its callers expect, not a
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

    /// <summary>Reads a token that <see cref="ToString()"/> returned, if the text is one.</summary>
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
