using System.Buffers;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Builds the call of <c>sent_find</c>, and reads its answer.</summary>
internal static class SentCall
{
    private static readonly RedisScript Script = new("sent_find.lua");

    public static ValueTask<RespResult> RunAsync(IDatabase database, KeyNames keys, string room, NewMessage message, long window, long windowSeconds)
    {
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue),
            (RedisKey)keys.Room(room), (RedisKey)keys.Sent(room, window), (RedisKey)keys.Sent(room, window - 1),
            (RedisValue)window, (RedisValue)windowSeconds, (RedisValue)$"{message.User}\n{message.IdempotencyKey}",
        ];
        return Script.RunAsync(database, words, keys: 3, CommandFlags.DemandMaster);
    }

    /// <summary>The receipt in an answer; <see langword="null"/> if the key is not remembered.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="message">The message.</param>
    /// <param name="cipher">The room's cipher, if it is encrypted.</param>
    /// <param name="window">The guessed window.</param>
    /// <param name="present">The window by the server's clock: if it is another one, there is no result yet.</param>
    /// <exception cref="ChatDataException">What is stored is no receipt.</exception>
    /// <exception cref="ChatIdempotencyConflictException">The receipt is that of another message, as far as the two can be compared: see <see cref="SentDigest"/>.</exception>
    public static MessageReceipt? Read(RespResult answer, NewMessage message, RoomCipher? cipher, long window, out long present)
    {
        var reader = answer.Read();
        reader.MoveNext();
        present = reader.ReadInt64();
        if (present != window)
        {
            return null;
        }

        reader.MoveNext();
        var receipt = reader.ReadString() ?? "";
        reader.MoveNext();
        var epochText = reader.ReadString() ?? "";
        reader.MoveNext();
        var revisionText = reader.ReadString() ?? "";
        if (receipt.Length == 0 || epochText == "!")
        {
            // In a room that is being deleted there is no message any more.
            return null;
        }

        var parts = receipt.Split(':');
        if (parts.Length != 3 || !StrictNumber.TryRead(parts[0], out var id) || !StrictNumber.TryRead(parts[1], out var time)
            || !StrictNumber.TryRead(revisionText, out var revision) || !StrictNumber.TryReadEpoch(Encoding.UTF8.GetBytes(epochText), out var epoch))
        {
            throw new ChatDataException("An idempotency key has no valid receipt, or the room has no valid counters.");
        }

        return SentDigest.Differ(parts[2], DigestOf(message, cipher))
            ? throw IdempotencyConflict.Error()
            : new MessageReceipt { Id = id, Timestamp = Micros.ToTime(time), Position = new RoomPosition(epoch, id, time, revision), IsDuplicate = true };
    }

    private static string DigestOf(NewMessage message, RoomCipher? cipher)
    {
        var tail = new ArrayBufferWriter<byte>();
        if (cipher is not null)
        {
            return BatchEncryption.DigestOf(cipher, message, tail);
        }

        MessageJson.WriteTailOfNew(tail, message);
        return AppendMessages.DigestOf(message, tail.WrittenSpan);
    }
}
