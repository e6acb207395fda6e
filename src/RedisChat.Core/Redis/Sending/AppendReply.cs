using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The reply of <c>message_append</c>. If the messages were stored: <c>epoch revision id time</c>, and then a word <c>n:id:time</c> for each message n that
/// had been stored before, <c>=n</c> if the earlier call n had stored all, or <c>!n:reason:detail</c> if send n was refused; last <c>l</c>, see <see cref="IsAwake"/>. If a guess was wrong and nothing was
/// stored: the last id, the window, the epoch, the letters of the features that the room uses; and perhaps what is wrong with encrypted values.
/// </summary>
internal readonly struct AppendReply
{
    private readonly (int Index, long Id, long Time)[]? _repeated;
    private readonly (int Send, string Reason, long Detail)[]? _refused;

    private AppendReply(ReadOnlySpan<byte> words, string knownEpoch)
    {
        IsStored = true;
        var epoch = Word(ref words);
        Epoch = StrictNumber.TryReadEpoch(epoch, out var number) ? number : throw Unreadable();
        EpochText = System.Text.Ascii.Equals(epoch, knownEpoch) ? knownEpoch : System.Text.Encoding.ASCII.GetString(epoch);
        Revision = Number(Word(ref words));
        FirstId = Number(Word(ref words));
        Time = Number(Word(ref words));
        List<(int, long, long)>? repeated = null;
        List<(int, string, long)>? refused = null;
        while (!words.IsEmpty)
        {
            var word = Word(ref words);
            if (word is [(byte)'l'])
            {
                IsAwake = true;
            }
            else if (word[0] == '=')
            {
                EarlierCall = Index(word[1..]);
            }
            else if (word[0] == '!')
            {
                word = word[1..];
                (refused ??= []).Add(
                    (Index(Word(ref word, (byte)':')), System.Text.Encoding.ASCII.GetString(Word(ref word, (byte)':')), Number(word)));
            }
            else
            {
                (repeated ??= []).Add((Index(Word(ref word, (byte)':')), Number(Word(ref word, (byte)':')), Number(word)));
            }
        }

        _repeated = repeated?.ToArray();
        _refused = refused?.ToArray();
    }

    private AppendReply(long last, long window, string epoch, string uses, string encryption)
    {
        Uses = uses;
        IsKeyStale = encryption == "key";
        Unstored = IsKeyStale || encryption.Length == 0 ? null : encryption;
        FirstId = last;
        Window = window;
        EpochText = epoch;
    }

    public bool IsStored { get; }

    public ulong Epoch { get; }

    public string EpochText { get; } = "";

    public long Revision { get; }

    /// <summary>The id of the first message that was stored; if nothing was stored, the room's last id.</summary>
    public long FirstId { get; }

    public long Time { get; }

    /// <summary>The number of the earlier call that had stored the send; 0 if none had.</summary>
    public int EarlierCall { get; }

    /// <summary>Whether the room is in the directory, and this was its first send in this minute.</summary>
    public bool IsAwake { get; }

    /// <summary>The letters of the features that the room uses, if nothing was stored.</summary>
    public string? Uses { get; }

    /// <summary>Whether nothing was stored because the values were not encrypted with the room's present key.</summary>
    public bool IsKeyStale { get; }

    /// <summary>If nothing was stored because encrypted values would have got other ids than they were encrypted for: the messages that are not stored now, between blanks.</summary>
    public string? Unstored { get; }

    /// <summary>The time window by the server's clock, if nothing was stored.</summary>
    public long Window { get; }

    /// <summary>Whether a message, counted from 1, had been stored before, with its id and time.</summary>
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

    /// <summary>Whether a send, counted from 1, was refused, and why: see <see cref="PendingSend.Refuse"/>.</summary>
    public bool TryGetRefusal(int send, out string reason, out long detail)
    {
        foreach (var refusal in _refused ?? [])
        {
            if (refusal.Send == send)
            {
                (reason, detail) = (refusal.Reason, refusal.Detail);
                return true;
            }
        }

        (reason, detail) = ("", 0);
        return false;
    }

    /// <summary>Parses a reply.</summary>
    /// <param name="reply">The server's answer.</param>
    /// <param name="knownEpoch">The epoch that it probably contains.</param>
    /// <exception cref="ChatDataException">It is not a reply of the script.</exception>
    public static AppendReply Read(RespResult reply, string knownEpoch)
    {
        var reader = reply.Read();
        if (reader.IsAggregate)
        {
            var isEncrypted = reader.AggregateLength() > 4;
            reader.MoveNext();
            var last = reader.ReadInt64();
            reader.MoveNext();
            var window = reader.ReadInt64();
            reader.MoveNext();
            var epoch = reader.ReadString() ?? "";
            reader.MoveNext();
            var uses = reader.ReadString() ?? "";
            if (isEncrypted)
            {
                reader.MoveNext();
            }

            return new AppendReply(last, window, epoch, uses, isEncrypted ? reader.ReadString() ?? "" : "");
        }

        return Read(reader.ReadSpan(), knownEpoch);
    }

    /// <summary>Parses the reply of a call that stored the messages.</summary>
    internal static AppendReply Read(ReadOnlySpan<byte> words, string knownEpoch) => new(words, knownEpoch);

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> words, byte separator = (byte)' ')
    {
        var end = words.IndexOf(separator);
        var word = end < 0 ? words : words[..end];
        words = end < 0 ? default : words[(end + 1)..];
        return word.IsEmpty ? throw Unreadable() : word;
    }

    private static long Number(ReadOnlySpan<byte> word) => StrictNumber.TryRead(word, out var number) ? number : throw Unreadable();

    private static int Index(ReadOnlySpan<byte> word) => Number(word) is >= 1 and <= int.MaxValue and var index ? (int)index : throw Unreadable();

    private static ChatDataException Unreadable() =>
        new("The answer to a send did not come from the chat's script. Does something between the chat and Redis change answers?");
}
