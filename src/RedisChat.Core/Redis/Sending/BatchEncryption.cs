using System.Buffers;
using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Encrypts the messages of a call. An encrypted value is bound to its id, which is not known before the script assigns it: the values are encrypted for the ids that follow the last one that was seen, and the script
/// stores nothing if they would get others.
/// </summary>
/// <param name="cipher">The room's cipher.</param>
/// <param name="last">The room's last id, as far as it is known.</param>
/// <param name="forms">For how many ids in a row each value is encrypted. More than one only if other senders were faster several times.</param>
/// <param name="unstored">The messages of the call that are not expected to be stored, because they were before, or are refused: their indexes from 1, between blanks.</param>
internal sealed class BatchEncryption(RoomCipher cipher, long last, int forms, string unstored)
{
    // From this attempt on, values are encrypted for several ids, so that a slow sender is not overtaken forever.
    private const int AttemptsWithOneForm = 2;

    // More forms than this only if values are short.
    private const int MostForms = 256;
    private const int MostBytes = 512 * 1024;

    private readonly ArrayBufferWriter<byte> _plain = new(256);
    private int _index;
    private long _next;

    /// <summary>The cipher.</summary>
    public RoomCipher Cipher => cipher;

    /// <summary>The last id that the values are encrypted for the successors of.</summary>
    public long Last => last;

    /// <summary>For how many ids values should be encrypted.</summary>
    /// <param name="attempts">How many calls have failed because other senders were faster.</param>
    /// <param name="bytes">About how long the values are together.</param>
    public static int FormsAfter(int attempts, int bytes) =>
        attempts < AttemptsWithOneForm ? 1 : Math.Clamp(MostBytes / Math.Max(bytes, 1), 1, Math.Min(MostForms, 1 << Math.Min(attempts - AttemptsWithOneForm + 1, 8)));

    /// <summary>Begins with the first message of the call again.</summary>
    public void Restart() => (_index, _next) = (0, last);

    /// <summary>Writes the next message of the call, as <see cref="MessageJson.WriteTailOfNew"/> does.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="message">The message.</param>
    /// <param name="isKeyed">Whether it is recognized by a key of its own.</param>
    /// <returns>The digest by which a repetition is recognized; empty if it is not keyed.</returns>
    public string Write(ArrayBufferWriter<byte> output, NewMessage message, bool isKeyed)
    {
        _index++;
        var isStored = unstored.Length == 0 || !unstored.Contains(string.Create(CultureInfo.InvariantCulture, $" {_index} "), StringComparison.Ordinal);
        _next += isStored ? 1 : 0;
        var digest = isKeyed ? DigestOf(cipher, message, _plain) : "";
        _plain.ResetWrittenCount();
        Begin(_plain, message);
        for (var i = 0; i < forms; i++)
        {
            if (i > 0)
            {
                output.Write("\n"u8);
            }

            EncryptedJson.Seal(cipher, BoxPlace.Message(_next + i), _plain.WrittenSpan, output, (byte)',');
        }

        return digest;
    }

    /// <summary>What the script must know of it.</summary>
    /// <param name="known">The room's last id as the script expects it in other calls.</param>
    /// <param name="key">The index of the hash of data keys.</param>
    public RedisValue Word(long known, int key) => string.Create(CultureInfo.InvariantCulture, $"={known} {last} {forms} {key} {cipher.Keys.CurrentName}{unstored}");

    /// <summary>The digest by which a repetition is recognized: of what the caller sent, not of what filters made of it.</summary>
    public static string DigestOf(RoomCipher cipher, NewMessage message, ArrayBufferWriter<byte> scratch)
    {
        scratch.ResetWrittenCount();
        MessageJson.WriteTailOfNew(scratch, message.Original ?? message);
        var (digest, key) = cipher.Digest(scratch.WrittenSpan);
        return SentDigest.Of(digest, key);
    }

    // As a JSON object, which the tail is with an opening brace in place of its comma.
    private static void Begin(ArrayBufferWriter<byte> plain, NewMessage message)
    {
        MessageJson.WriteTailOfNew(plain, message);
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(plain.WrittenMemory).Span[0] = (byte)'{';
    }
}
