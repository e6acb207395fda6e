using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The fields of a room's hash that a reader needs.</summary>
internal static class RoomCounters
{
    /// <summary>The number of words in the request.</summary>
    public const int Words = 6;

    /// <summary>The epoch of a room that is being deleted; also what <see cref="Position"/> returns as the letters of its features. No room can have it.</summary>
    public const string BeingDeleted = "!";

    /// <summary>The letter in the room's field <c>uses</c> that says that messages of the room expire, or were trimmed.</summary>
    public const char Expires = 'x';

    /// <summary>The letter in the room's field <c>uses</c> that says that users are being erased, whose writes are refused.</summary>
    public const char Erasing = 'z';

    /// <summary>The field with the time after which new messages expire, µs.</summary>
    public const string LifeField = "life";

    private static readonly string[] Fields = ["epoch", "last", "at", "rev", "uses"];

    /// <summary>The room's position; the start if the room does not exist. The request is sent before this returns.</summary>
    /// <exception cref="ChatDataException">The fields are not what the chat writes there.</exception>
    public static async Task<(RoomPosition Position, string Uses)> ReadAsync(RoomReads reads, KeyNames keys, string room)
    {
        var answer = AskAsync(reads, keys, room, new RedisKeyOrValue[Words]);
        await answer.ConfigureAwait(false);
        using var values = HashValues.Of(answer);
        return (Position(values, keys, room, out var uses), uses);
    }

    /// <summary>Requests the fields that make up a position.</summary>
    /// <param name="reads">Reads the hash.</param>
    /// <param name="keys">Names the key.</param>
    /// <param name="room">The room.</param>
    /// <param name="words">Space for <see cref="Words"/> words of a command. Must not be reused until the answer has arrived.</param>
    public static Task AskAsync(RoomReads reads, KeyNames keys, string room, Memory<RedisKeyOrValue> words)
    {
        words.Span[0] = (RedisKey)keys.Room(room);
        for (var i = 0; i < Fields.Length; i++)
        {
            words.Span[i + 1] = (RedisValue)Fields[i];
        }

        return reads.HashGetAsync(words[..Words]);
    }

    /// <summary>The position in an answer, and the letters of the features that the room uses.</summary>
    /// <exception cref="ChatDataException">The fields are not what the chat writes there.</exception>
    public static RoomPosition Position(HashValues values, KeyNames keys, string room, out string uses)
    {
        uses = "";
        var reader = values.Read();
        var hasEpoch = reader.TryNext(out var epochText);
        var hasLast = reader.TryNext(out var lastText);
        if (!hasEpoch && !hasLast)
        {
            // A room without messages may still use features, such as presence.
            _ = reader.TryNext(out _);
            _ = reader.TryNext(out _);
            uses = reader.TryNext(out var early) ? LettersOf(early) : "";
            return RoomPosition.Start;
        }

        if (epochText is [(byte)'!'])
        {
            // It reads as empty from the first step of its deletion on.
            uses = BeingDeleted;
            return RoomPosition.Start;
        }

        if (!StrictNumber.TryReadEpoch(epochText, out var epoch))
        {
            throw Unreadable(0);
        }

        if (!hasLast)
        {
            throw Unreadable(1);
        }

        var last = Number(lastText, 1);
        var at = reader.TryNext(out var atText) ? Number(atText, 2) : 0;
        var revision = reader.TryNext(out var revisionText) ? Number(revisionText, 3) : 0;
        uses = reader.TryNext(out var letters) ? LettersOf(letters) : "";
        return new RoomPosition(epoch, last, at, revision);

        long Number(ReadOnlySpan<byte> text, int field) =>
            StrictNumber.TryRead(text, out var number) ? number : throw Unreadable(field);

        ChatDataException Unreadable(int field)
        {
            var key = keys.Room(room);
            return new ChatDataException(
                $"Field {Fields[field]} of the hash '{key}' is missing or not what the chat writes there. Another program may be using the same key prefix.")
            {
                Key = key,
                Field = Fields[field],
            };
        }
    }

    // Most rooms that use a feature use a single one, so its string can be shared.
    private static string LettersOf(ReadOnlySpan<byte> letters) =>
        letters is [>= (byte)'a' and <= (byte)'z' and var letter] ? (OneLetter[letter - 'a'] ??= ((char)letter).ToString()) : Encoding.ASCII.GetString(letters);

    private static readonly string?[] OneLetter = new string?[26];
}
