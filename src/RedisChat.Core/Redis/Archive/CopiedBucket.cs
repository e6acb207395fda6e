using System.Buffers;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>A bucket as <c>bucket_copy</c> read it: what goes to the archive, and what <c>bucket_archive</c> compares before it removes the bucket.</summary>
internal sealed class CopiedBucket
{
    /// <summary>An open bucket that is longer than this stays in Redis: it could not be read when it is packed.</summary>
    private const int MostToPack = 16 * 1024 * 1024;

    private CopiedBucket(long number, RedisValue mark)
    {
        Number = number;
        Mark = mark;
    }

    public long Number { get; }

    /// <summary>The mark of a bucket that was put back from the archive; empty if it was not.</summary>
    public RedisValue Mark { get; }

    /// <summary>Its state and what to compare, for the script.</summary>
    public IReadOnlyList<RedisValue> Condition { get; private set; } = ["k"];

    /// <summary>What goes to the archive; empty if there are no messages, or they stay in Redis.</summary>
    public ReadOnlyMemory<byte> Content { get; private set; }

    /// <summary>The authors of its messages. If <see cref="Stays"/>, they are not known yet.</summary>
    public IReadOnlyList<string> Users { get; set; } = [];

    /// <summary>When its newest message was sent, µs; 0 if that is not known.</summary>
    public long Newest { get; private set; }

    /// <summary>The data key that is needed to read it, if it is not among those of the cipher; then it stays. Otherwise <see langword="null"/>.</summary>
    public uint? Lacking { get; private set; }

    /// <summary>The name of the data key with which its content was encrypted here; empty if it is as Redis has it, or not encrypted.</summary>
    public string PackedWith { get; private set; } = "";

    /// <summary>Whether Redis keeps it, because it cannot be packed or holds something else, too.</summary>
    public bool Stays => Condition[0] == "k";

    /// <summary>Reads one bucket of an answer.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="at">Where the bucket begins; where the next one does afterward.</param>
    /// <param name="cipher">The room's cipher, if the room is encrypted: then nothing goes to the archive in plain text.</param>
    public static CopiedBucket Read(long number, RedisValue[] answer, ref int at, RoomCipher? cipher)
    {
        var copy = new CopiedBucket(number, answer[at++]);
        switch ((string?)answer[at++])
        {
            case "s":
                copy.TakeSealed(answer[at++], cipher);
                break;
            case "o":
                var count = (int)answer[at++];
                copy.TakeOpen(answer.AsSpan(at, count * 2), cipher);
                at += count * 2;
                break;
            case "e":
                copy.Condition = ["e"];
                break;
        }

        return copy;
    }

    private void TakeSealed(RedisValue content, RoomCipher? cipher)
    {
        ReadOnlyMemory<byte> field = content;
        using var bucket = SealedBucket.TryOpen(Number, field.Span, cipher, out var lacking);
        Lacking = lacking;
        if (bucket is not null && TryTakeMessages(bucket))
        {
            // A bucket that was sealed before the room was encrypted must not leave Redis as it is.
            var isPlain = cipher is not null && SealedBucket.KeyIn(field.Span) is null;
            (Content, Condition) = (isPlain ? Pack(bucket, cipher) : field, ["s", FieldDigest.Of(field.Span)]);
        }
    }

    private void TakeOpen(ReadOnlySpan<RedisValue> fields, RoomCipher? cipher)
    {
        long length = 0;
        foreach (var word in fields)
        {
            length += word.Length();
        }

        if (length > MostToPack)
        {
            return;
        }

        using var bucket = SealedBucket.ToFill(Number, (int)length, cipher);
        var condition = new List<RedisValue>(fields.Length + 2) { "o", fields.Length / 2 };
        for (var i = 0; i < fields.Length; i += 2)
        {
            ReadOnlyMemory<byte> name = fields[i];
            ReadOnlyMemory<byte> value = fields[i + 1];
            var key = EncryptedJson.KeyIn(value.Span);
            if (key is { } needed && cipher?.Keys.TryGet(needed, out _) != true)
            {
                Lacking = key;
                return;
            }

            if (!StrictNumber.TryRead(name.Span, out var id) || !bucket.TryAdd(id, value.Span))
            {
                return;
            }

            condition.AddRange([fields[i], FieldDigest.Of(value.Span)]);
        }

        if (TryTakeMessages(bucket))
        {
            (Content, Condition) = (Pack(bucket, cipher), condition);
        }
    }

    private byte[] Pack(SealedBucket bucket, RoomCipher? cipher)
    {
        PackedWith = cipher?.Keys.CurrentName ?? "";
        var packed = bucket.Pack(out var length);
        var content = packed.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(packed);
        return content;
    }

    /// <summary>Notes who wrote the messages, and when; <see langword="false"/> if one of them cannot be read.</summary>
    private bool TryTakeMessages(SealedBucket bucket)
    {
        var users = new HashSet<string>(StringComparer.Ordinal);
        for (var id = Math.Max(Number * Buckets.Size, 1); id < (Number + 1) * Buckets.Size; id++)
        {
            if (!bucket.TryGet(id, out var value))
            {
                continue;
            }

            if (!MessageJson.TryRead(id, value.Span, out var message))
            {
                return false;
            }

            users.Add(message.User);
            Newest = Math.Max(Newest, Micros.FromTime(message.Timestamp));
        }

        Users = [.. users];
        return true;
    }
}
