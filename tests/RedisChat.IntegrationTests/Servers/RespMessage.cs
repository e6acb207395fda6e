using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace RedisChat.IntegrationTests;

/// <summary>A message of RESP, the protocol between a client and a server: a command, an answer, or an event of a subscription.</summary>
/// <param name="Type">Its first character: <c>*</c> for a list, for example, which every command is.</param>
/// <param name="Words">The values in it, however nested, without those that are null: of a command, its name and its arguments.</param>
/// <param name="Bytes">All of it.</param>
internal sealed record RespMessage(char Type, List<string> Words, byte[] Bytes)
{
    /// <summary>Whether a word begins with this prefix, which all keys of a test have.</summary>
    public bool Names(string keyPrefix) => Words.Exists(word => word.StartsWith(keyPrefix, StringComparison.Ordinal));

    /// <summary>Reads messages until the other side hangs up.</summary>
    public static async IAsyncEnumerable<RespMessage> ReadAllAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var unparsed = new List<byte>();
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            unparsed.AddRange(buffer.AsSpan(0, read));
            while (TryTake(unparsed) is { } message)
            {
                yield return message;
            }
        }
    }

    /// <summary>Takes one whole message from the bytes: <c>*2\r\n$4\r\nHGET\r\n$1\r\nx\r\n</c>.</summary>
    private static RespMessage? TryTake(List<byte> bytes)
    {
        var words = new List<string>();
        if (EndOf(CollectionsMarshal.AsSpan(bytes), 0, words) is not { } end)
        {
            return null;
        }

        var message = new RespMessage((char)bytes[0], words, [.. bytes.GetRange(0, end)]);
        bytes.RemoveRange(0, end);
        return message;
    }

    /// <summary>Where the message ends that begins at a place; <see langword="null"/> if there is more to come.</summary>
    private static int? EndOf(ReadOnlySpan<byte> bytes, int start, List<string> words)
    {
        if (bytes[start..].IndexOf((byte)'\n') is not (>= 0 and var length))
        {
            return null;
        }

        var (type, text, end) = ((char)bytes[start], Encoding.UTF8.GetString(bytes.Slice(start + 1, length - 2)), start + length + 1);
        switch (type)
        {
            case '+' or '-' or ':' or ',' or '#' or '(' or '_':
                words.Add(text);
                return end;
            case '$' or '=' or '!':
                return EndOfString(bytes, end, Number(), words);
            case '*' or '~' or '>':
                return EndOfList(bytes, end, Number(), words);
            case '%':
                return EndOfList(bytes, end, 2 * Number(), words);
            default:
                throw new InvalidDataException($"No message begins with '{type}'.");
        }

        int Number() => int.Parse(text, CultureInfo.InvariantCulture);
    }

    private static int? EndOfString(ReadOnlySpan<byte> bytes, int start, int length, List<string> words)
    {
        if (length < 0)
        {
            return start;
        }

        if (start + length + 2 > bytes.Length)
        {
            return null;
        }

        words.Add(Encoding.UTF8.GetString(bytes.Slice(start, length)));
        return start + length + 2;
    }

    private static int? EndOfList(ReadOnlySpan<byte> bytes, int start, int count, List<string> words)
    {
        var end = start;
        for (; count > 0; count--)
        {
            if (EndOf(bytes, end, words) is not { } next)
            {
                return null;
            }

            end = next;
        }

        return end;
    }
}
