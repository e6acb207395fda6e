using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The keys and arguments of one call of <c>message_append</c>, in the order its comment lists, and the receipts of its reply.</summary>
internal sealed class AppendCall
{
    private const int FixedKeys = 6;
    private const int FixedArguments = 9;
    private const int ArgumentsPerMessage = 4;

    private readonly IRoomKeyScheme _scheme;
    private readonly string _room;

    public AppendCall(IRoomKeyScheme scheme, string room, IReadOnlyList<NewMessage> messages, long windowSeconds, string publish)
    {
        _scheme = scheme;
        _room = room;
        WindowSeconds = windowSeconds;

        var authors = new Dictionary<string, int>(1, StringComparer.Ordinal);
        Arguments = new RedisValue[FixedArguments + (messages.Count * ArgumentsPerMessage)];
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (!authors.TryGetValue(message.User, out var author))
            {
                author = FixedKeys + authors.Count + 1;
                authors.Add(message.User, author);
            }

            var tail = MessageJson.TailOfNew(message);
            var arguments = Arguments.AsSpan(FixedArguments + (i * ArgumentsPerMessage), ArgumentsPerMessage);
            arguments[0] = author;
            arguments[1] = $"{message.User}\n{message.IdempotencyKey}";
            arguments[2] = XxHash3.HashToUInt64(tail).ToString("x", CultureInfo.InvariantCulture);
            arguments[3] = tail;
        }

        Keys = new RedisKey[FixedKeys + authors.Count];
        Keys[0] = scheme.Room(room);
        Keys[5] = scheme.Live(room);
        foreach (var (user, index) in authors)
        {
            Keys[index - 1] = scheme.User(room, user);
        }

        Arguments[1] = RedisMessageStore.BucketSize;
        Arguments[3] = windowSeconds;
        Arguments[4] = RandomEpoch();
        Arguments[5] = ChatLimits.MaxMessageId;
        Arguments[6] = publish;
    }

    public long WindowSeconds { get; }

    public RedisKey[] Keys { get; }

    public RedisValue[] Arguments { get; }

    /// <summary>Sets what must be known or guessed before the script runs: the room, and the time window on the server's clock.</summary>
    public void Guess(KnownRoom known, long window)
    {
        var bucket = (known.Last + 1) / RedisMessageStore.BucketSize;
        Keys[1] = _scheme.Bucket(_room, bucket);
        Keys[2] = _scheme.Bucket(_room, bucket + 1);
        Keys[3] = _scheme.Sent(_room, window);
        Keys[4] = _scheme.Sent(_room, window - 1);
        Arguments[0] = bucket;
        Arguments[2] = window;
        Arguments[7] = known.Epoch;
        Arguments[8] = known.Last;
    }

    /// <summary>Reads the receipts of a successful reply, and what it tells of the room.</summary>
    public static MessageReceipt[] ReadReceipts(RedisResult[] reply, out KnownRoom room)
    {
        var last = 0L;
        var epochInHex = (string)reply[1]!;
        var epoch = ulong.Parse(epochInHex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var revision = (long)reply[2];
        var now = (long)reply[3];
        var receipts = new MessageReceipt[reply.Length - 4];
        for (var i = 0; i < receipts.Length; i++)
        {
            var isDuplicate = reply[i + 4].Resp2Type != ResultType.Integer;
            var (id, time) = isDuplicate ? FirstReceipt((string)reply[i + 4]!) : ((long)reply[i + 4], now);
            receipts[i] = new MessageReceipt
            {
                Id = id,
                Timestamp = Micros.ToTime(time),
                Position = new RoomPosition(epoch, id, time, revision),
                IsDuplicate = isDuplicate,
            };
            last = Math.Max(last, id);
        }

        room = new KnownRoom(epochInHex, last, revision);
        return receipts;
    }

    // As message_append stored it: id:time:digest.
    private static (long Id, long Time) FirstReceipt(string stored)
    {
        var parts = stored.Split(':');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static string RandomEpoch()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return (BitConverter.ToUInt64(bytes) | 1).ToString("x", CultureInfo.InvariantCulture);
    }
}
