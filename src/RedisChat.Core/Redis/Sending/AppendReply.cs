using System.Buffers.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// What <c>message_append</c> answers. Stored: <c>epoch revision id time</c>, and then a word <c>n:id:time</c> for each message n that was stored
/// before, or <c>=n</c> where the earlier call n had stored all. Not stored, for a guess was wrong: the last id, the window, the epoch.
/// </summary>
internal readonly struct AppendReply
{
    private readonly (int Index, long Id, long Time)[]? _repeated;

    private AppendReply(ReadOnlySpan<byte> words, string knownEpoch)
    {
        IsStored = true;
        var epoch = Word(ref words);
        Epoch = Utf8Parser.TryParse(epoch, out ulong number, out var length, 'x') && length == epoch.Length ? number : throw Unreadable();
        EpochText = System.Text.Ascii.Equals(epoch, knownEpoch) ? knownEpoch : System.Text.Encoding.ASCII.GetString(epoch);
        Revision = Number(Word(ref words));
        FirstId = Number(Word(ref words));
        Time = Number(Word(ref words));
        List<(int, long, long)>? repeated = null;
        while (!words.IsEmpty)
        {
            var word = Word(ref words);
            if (word[0] == '=')
            {
                EarlierCall = (int)Number(word[1..]);
            }
            else
            {
                (repeated ??= []).Add(((int)Number(Word(ref word, (byte)':')), Number(Word(ref word, (byte)':')), Number(word)));
            }
        }

        _repeated = repeated?.ToArray();
    }

    private AppendReply(long last, long window, string epoch)
    {
        FirstId = last;
        Window = window;
        EpochText = epoch;
    }

    public bool IsStored { get; }

    public ulong Epoch { get; }

    public string EpochText { get; } = "";

    public long Revision { get; }

    /// <summary>The id of the first message that was stored, or of the last one in the room where nothing was.</summary>
    public long FirstId { get; }

    public long Time { get; }

    /// <summary>The number of the earlier call that had stored the send; 0 if none had.</summary>
    public int EarlierCall { get; }

    /// <summary>The window by the server's clock, where nothing was stored.</summary>
    public long Window { get; }

    /// <summary>Whether a message, counted from 1, was stored before, and its id and time then.</summary>
    public bool TryGetRepeated(int index, out long id, out long time)
    {
        foreach (var known in _repeated ?? [])
        {
            if (known.Index == index)
            {
                (id, time) = (known.Id, known.Time);
                return true;
            }
        }

        (id, time) = (0, 0);
        return false;
    }

    /// <summary>Reads a reply.</summary>
    /// <param name="reply">As it came.</param>
    /// <param name="knownEpoch">The epoch that it probably names.</param>
    /// <exception cref="ChatDataException">It is none.</exception>
    public static AppendReply Read(RespResult reply, string knownEpoch)
    {
        var reader = reply.Read();
        if (reader.IsAggregate)
        {
            reader.MoveNext();
            var last = reader.ReadInt64();
            reader.MoveNext();
            var window = reader.ReadInt64();
            reader.MoveNext();
            return new AppendReply(last, window, reader.ReadString() ?? "");
        }

        return reader.TryGetSpan(out var words) ? new AppendReply(words, knownEpoch) : new AppendReply(reader.ReadByteArray(), knownEpoch);
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> words, byte separator = (byte)' ')
    {
        var end = words.IndexOf(separator);
        var word = end < 0 ? words : words[..end];
        words = end < 0 ? default : words[(end + 1)..];
        return word.IsEmpty ? throw Unreadable() : word;
    }

    private static long Number(ReadOnlySpan<byte> word) =>
        Utf8Parser.TryParse(word, out long number, out var length) && length == word.Length && number is >= 0 and <= ChatLimits.MaxMessageId
            ? number
            : throw Unreadable();

    private static ChatDataException Unreadable() =>
        new("The server's answer to a send is none that the chat's script gives. Is there something between the chat and Redis that changes answers?");
}
