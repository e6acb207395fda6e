using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace RedisChat.Redis;

/// <summary>
/// Numbers exactly as the chat's scripts write them: each number has only one text. Decimal numbers have no sign and no leading zeros and are at most
/// <see cref="ChatLimits.MaxMessageId"/>.
/// </summary>
internal static class StrictNumber
{
    // Both of an epoch and of a number: ChatLimits.MaxMessageId has 16 digits.
    private const int Longest = 16;

    /// <summary>Parses a text that is a number and nothing else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long number) => TryReadFirst(text, out number, out var digits) && digits == text.Length;

    /// <summary>Parses a text that is a number and nothing else.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out long number)
    {
        Span<byte> ascii = stackalloc byte[Longest];
        number = 0;
        return Ascii.FromUtf16(text, ascii, out var length) == OperationStatus.Done && TryRead(ascii[..length], out number);
    }

    /// <summary>Parses the number that a text begins with.</summary>
    public static bool TryReadFirst(ReadOnlySpan<byte> text, out long number, out int digits)
    {
        number = 0;
        digits = 0;
        return text is [>= (byte)'1' and <= (byte)'9', ..]
            ? Utf8Parser.TryParse(text, out number, out digits) && number <= ChatLimits.MaxMessageId
            : text is [(byte)'0'] or [(byte)'0', not (>= (byte)'0' and <= (byte)'9'), ..] && (digits = 1) == 1;
    }

    /// <summary>Parses a text that is a room's epoch and nothing else: lower-case hex. 0 is not an epoch.</summary>
    public static bool TryReadEpoch(ReadOnlySpan<byte> text, out ulong epoch)
    {
        epoch = 0;
        return text.Length is > 0 and <= Longest && text[0] != '0' && !text.ContainsAnyInRange((byte)'A', (byte)'F')
            && Utf8Parser.TryParse(text, out epoch, out var length, 'x') && length == text.Length;
    }
}
