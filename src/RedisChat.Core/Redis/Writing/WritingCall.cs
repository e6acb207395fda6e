using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Builds the calls of the scripts for messages in progress, and reads their answers.</summary>
internal static class WritingCall
{
    private static readonly RedisScript Append = new("writing_append.lua");
    private static readonly RedisScript ReadParts = new("writing_read.lua");
    private static readonly RedisScript Probe = new("writing_probe.lua");

    /// <summary>What became of a part. The numbers are those of <c>writing_append</c>.</summary>
    public enum Outcome
    {
        NotWriting = 0,
        Stored = 1,
        Refused = 2,
        Unguarded = 3,
        Hole = 4,
        StaleKey = 5,
    }

    /// <summary>Adds a part.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="database">Where to run it.</param>
    /// <param name="room">The room.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="part">The part.</param>
    /// <param name="isFirst">Whether it is the first call after the message was appended.</param>
    /// <param name="hasRules">Whether the room is known to have rules.</param>
    /// <param name="cipher">Encrypts the part; <see langword="null"/> in a room that is not encrypted.</param>
    public static ValueTask<RespResult> AppendAsync(
        RedisStoreContext context, IDatabase database, string room, long messageId, WrittenPart part, bool isFirst, bool hasRules, RoomCipher? cipher)
    {
        // A part without text only renews the lease.
        var plain = cipher is null || part.Text.Length == 0 ? null : System.Text.Encoding.UTF8.GetBytes(part.Text);
        RedisValue text = plain is null ? (RedisValue)part.Text : (RedisValue)EncryptedText.Seal(cipher!, BoxPlace.Part(messageId, part.Offset, part.Writer), plain);
        RedisKeyOrValue[] dataKeys = plain is null ? [] : [(RedisKey)context.Keys.DataKeys(room)];
        RedisKeyOrValue[] encryption = plain is null ? [] : [(RedisValue)cipher!.Keys.CurrentName, (RedisValue)plain.Length];
        RedisKeyOrValue[] members =
            ThreadId.IsThread(room) ? [(RedisKey)context.Keys.RuledMembers(room), (RedisKey)context.Keys.Rules(room)]
            : hasRules ? [(RedisKey)context.Keys.Members(room)]
            : [];
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue),
            (RedisKey)context.Keys.Room(room), (RedisKey)context.Keys.Writing(room), (RedisKey)context.Keys.Live(room), (RedisKey)context.Keys.Bucket(room, Buckets.Of(messageId)), .. members, .. dataKeys,
            (RedisValue)context.Connection.Channels.PublishCommand, (RedisValue)messageId, (RedisValue)part.Writer, (RedisValue)(long)part.Lease.TotalMilliseconds,
            (RedisValue)part.Offset, text, (RedisValue)(part.By.UserId ?? ""), (RedisValue)(isFirst ? 1 : 0), .. encryption,
        ];
        return Append.RunAsync(database, words, 4 + members.Length + dataKeys.Length, CommandFlags.DemandMaster);
    }

    /// <summary>Reads the answer of <see cref="AppendAsync"/>: the outcome, a number, and a text.</summary>
    public static (Outcome Outcome, long Number, string Text) ReadAppended(RespResult answer)
    {
        var reader = answer.Read();
        reader.MoveNext();
        var outcome = (Outcome)reader.ReadInt64();
        reader.MoveNext();
        var number = reader.ReadInt64();
        reader.MoveNext();
        return (outcome, number, reader.ReadString() ?? "");
    }

    /// <summary>Reads the texts so far of several messages, and the server's time.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="database">Where to read.</param>
    /// <param name="room">The room.</param>
    /// <param name="ids">The messages.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="isPage">Whether parts that cannot be decrypted are left out, so that the other messages can be read. Otherwise they are an error.</param>
    public static async Task<(long Time, Dictionary<long, (WritingRecord State, string Text)> Texts)> ReadAsync(
        RedisStoreContext context, IDatabase database, string room, IReadOnlyList<long> ids, CancellationToken cancellationToken, bool isPage = false)
    {
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue), (RedisKey)context.Keys.Writing(room), .. ids.Select(id => (RedisKeyOrValue)WritingKeys.Field(id)),
        ];
        var cipher = await context.ReadingCipherAsync(room, cancellationToken).ConfigureAwait(false);
        using var answer = await ReadParts.RunAsync(database, words, 1, CommandFlags.DemandMaster).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        var (time, texts) = Read(answer, ids, cipher, out var lacking);
        if (lacking is { } key && context.Ciphers is { } ciphers)
        {
            cipher = await ciphers.RefreshAsync(room, cipher, key, cancellationToken).ConfigureAwait(false);
            (time, texts) = Read(answer, ids, cipher, out lacking);
        }

        return lacking is null || isPage
            ? (time, texts)
            : throw new ChatDataException(EncryptionProblem.Of(cipher, lacking)!.Describe($"A part in the hash '{context.Keys.Writing(room)}'", context.Keys.DataKeys(room)))
            {
                Key = context.Keys.Writing(room),
            };
    }

    /// <summary>The ids of the room's messages whose leases have run out.</summary>
    public static async Task<List<long>> ReadExpiredAsync(RedisStoreContext context, IDatabase database, string room, CancellationToken cancellationToken)
    {
        RedisKeyOrValue[] words = [default(RedisKeyOrValue), default(RedisKeyOrValue), (RedisKey)context.Keys.Room(room), (RedisKey)context.Keys.Writing(room)];
        using var answer = await Probe.RunAsync(database, words, 2, CommandFlags.DemandMaster).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        return ReadIds(answer);
    }

    private static List<long> ReadIds(RespResult answer)
    {
        var ids = new List<long>();
        var reader = answer.Read();
        for (var left = reader.AggregateLength(); left > 0; left--)
        {
            reader.MoveNext();
            if (StrictNumber.TryRead(reader.ReadByteArray(), out var id) && id > 0)
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private static (long Time, Dictionary<long, (WritingRecord State, string Text)> Texts) Read(
        RespResult answer, IReadOnlyList<long> ids, RoomCipher? cipher, out uint? lacking)
    {
        lacking = null;
        var reader = answer.Read();
        reader.MoveNext();
        _ = StrictNumber.TryRead(reader.ReadByteArray(), out var time);
        var texts = new Dictionary<long, (WritingRecord State, string Text)>();
        foreach (var id in ids)
        {
            reader.MoveNext();
            var state = WritingRecord.TryRead(reader.ReadByteArray() ?? []);
            reader.MoveNext();
            var text = reader.IsAggregate ? ReadEncrypted(ref reader, id, state?.Writer ?? "", cipher, ref lacking) : reader.ReadString() ?? "";
            if (state is { } found)
            {
                texts[id] = (found, text);
            }
        }

        return (time, texts);
    }

    private static string ReadEncrypted(ref RESPite.Messages.RespReader reader, long id, string writer, RoomCipher? cipher, ref uint? lacking)
    {
        var text = new List<byte>();
        for (var left = reader.AggregateLength(); left > 0; left -= 3)
        {
            reader.MoveNext();
            _ = StrictNumber.TryRead(reader.ReadByteArray(), out var offset);
            reader.MoveNext();
            var isEncrypted = reader.ReadString() == "e";
            reader.MoveNext();
            var stored = reader.ReadByteArray();
            ReadOnlySpan<byte> part = stored;
            if (isEncrypted && !EncryptedText.TryOpen(cipher, BoxPlace.Part(id, offset, writer), stored, out part, out _))
            {
                lacking = EncryptedText.KeyIn(stored) ?? 0;
                part = default;
            }

            text.AddRange(part);
        }

        return System.Text.Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(text));
    }
}
