using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace RedisChat.Redis;

/// <summary>
/// The messages of a call as the script reads them, in one buffer: the key of the call unless its messages have keys of their own; then each message's value after the time and, if it has a key of its own, the author with it.
/// </summary>
internal sealed class AppendMessages
{
    private readonly ArrayBufferWriter<byte> _bytes = new(512);
    private readonly List<int> _ends = [];
    private readonly List<int> _authorOf = [];
    private readonly List<string> _digests = [];
    private int _keyLength;

    /// <summary>Their authors.</summary>
    public BatchAuthors Authors { get; } = new();

    /// <summary>The bytes that the buffer takes.</summary>
    public int Capacity => _bytes.Capacity;

    /// <summary>The key by which a repetition of the call is recognized; empty if its messages have keys of their own.</summary>
    public ReadOnlyMemory<byte> Key => _bytes.WrittenMemory[.._keyLength];

    /// <summary>Writes the messages of some sends in place of what was there, and sets where in the call each send begins.</summary>
    /// <param name="sends">The sends.</param>
    /// <param name="isKeyed">Whether their messages have keys of their own.</param>
    /// <param name="encryption">Encrypts them; <see langword="null"/> if the room is not encrypted.</param>
    /// <returns>How many messages there are.</returns>
    public int Write(List<PendingSend> sends, bool isKeyed, BatchEncryption? encryption)
    {
        _bytes.ResetWrittenCount();
        _ends.Clear();
        _authorOf.Clear();
        _digests.Clear();
        Authors.Clear();
        if (!isKeyed)
        {
            PendingSend.WriteNewKey(_bytes);
        }

        _keyLength = _bytes.WrittenCount;
        encryption?.Restart();
        foreach (var send in sends)
        {
            send.Offset = _authorOf.Count;
            for (var i = 0; i < send.Count; i++)
            {
                _authorOf.Add(Authors.IndexOf(send[i].User));
                var digest = WriteValue(send[i], isKeyed, encryption);
                _ends.Add(_bytes.WrittenCount);
                if (isKeyed)
                {
                    _digests.Add(digest);
                    Encoding.UTF8.GetBytes(send[i].User, _bytes);
                    _bytes.Write("\n"u8);
                    Encoding.UTF8.GetBytes(send.KeyOf(i), _bytes);
                    _ends.Add(_bytes.WrittenCount);
                }
            }
        }

        return _authorOf.Count;
    }

    /// <summary>The place of a message's author among <see cref="Authors"/>.</summary>
    public int AuthorOf(int message) => _authorOf[message];

    /// <summary>The digest by which a repetition of a message with a key of its own is recognized.</summary>
    public string DigestOf(int message) => _digests[message];

    /// <summary>What was written, part by part: one for each message, two if it has a key of its own.</summary>
    public ReadOnlyMemory<byte> Part(int index) => _bytes.WrittenMemory[(index == 0 ? _keyLength : _ends[index - 1]).._ends[index]];

    /// <summary>The digest by which a repetition is recognized: of what the caller sent, not of what filters made of it.</summary>
    public static string DigestOf(NewMessage message, ReadOnlySpan<byte> tail)
    {
        if (message.Original is not { } original)
        {
            return SentDigest.Of(XxHash3.HashToUInt64(tail));
        }

        var bytes = new ArrayBufferWriter<byte>();
        MessageJson.WriteTailOfNew(bytes, original);
        return SentDigest.Of(XxHash3.HashToUInt64(bytes.WrittenSpan));
    }

    /// <summary>About how many bytes the messages of a send are.</summary>
    public static int SizeOf(PendingSend send)
    {
        var size = 0;
        for (var i = 0; i < send.Count; i++)
        {
            size += Encoding.UTF8.GetByteCount(send[i].Text) + Encoding.UTF8.GetByteCount(send[i].User);
            size += send[i].Mentions.Count == 0 ? 0 : send[i].Mentions.Sum(mention => 64 + Encoding.UTF8.GetByteCount(mention.Id));
            size += send[i].Attachments.Count == 0 ? 0 : send[i].Attachments.Sum(attachment => 256 + (attachment.Address.Length + attachment.Name.Length + (attachment.Preview?.Text?.Length ?? 0)));
            size += send[i].Metadata.Count == 0 ? 0 : send[i].Metadata.Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(entry.Value));
        }

        return size;
    }

    /// <summary>Writes a message's value after the time.</summary>
    /// <returns>Its digest; empty unless it has a key of its own.</returns>
    private string WriteValue(NewMessage message, bool isKeyed, BatchEncryption? encryption)
    {
        if (encryption is not null)
        {
            return encryption.Write(_bytes, message, isKeyed);
        }

        var start = _bytes.WrittenCount;
        MessageJson.WriteTailOfNew(_bytes, message);
        return isKeyed ? DigestOf(message, _bytes.WrittenSpan[start..]) : "";
    }
}
