using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedisChat.Benchmarks.Life;

/// <summary>Reads the whole history of all rooms as an application does, and compares it with what was sent.</summary>
internal static class LifeHistory
{
    private const int RoomsAtOnce = 4;

    /// <summary>
    /// Checks that all plain messages are there once and in their order; that the messages of senders are exactly those that were acknowledged, each as it was left; and that the rooms count them so.
    /// </summary>
    /// <param name="chat">The chat.</param>
    /// <param name="scale">Which rooms there are.</param>
    /// <param name="sent">What was acknowledged to senders, who have stopped; <see langword="null"/> if it does not matter.</param>
    /// <returns>How many messages there are, and a digest of the ids, authors and texts of the plain ones.</returns>
    /// <exception cref="InvalidOperationException">Something is lost, doubled or changed.</exception>
    public static async Task<(long Messages, string Digest)> CheckAsync(Chat chat, LifeScale scale, IEnumerable<SentMessage>? sent)
    {
        var expected = sent?.GroupBy(message => message.Room).ToDictionary(room => room.Key, room => room.ToDictionary(message => message.Id, message => message.Text));
        var (messages, digests) = (0L, new byte[scale.Rooms][]);
        await Parallel.ForEachAsync(Enumerable.Range(0, scale.Rooms), new ParallelOptions { MaxDegreeOfParallelism = RoomsAtOnce }, async (number, _) =>
        {
            var ofSenders = expected is null ? null : expected.GetValueOrDefault(LifeRooms.NameOf(number)) ?? [];
            (var count, digests[number]) = await CheckRoomAsync(chat, number, scale.Bulk, ofSenders);
            Interlocked.Add(ref messages, count);
        });
        return (messages, Convert.ToHexString(SHA256.HashData([.. digests.SelectMany(digest => digest)])));
    }

    private static async Task<(long Messages, byte[] Digest)> CheckRoomAsync(Chat chat, int number, int bulk, Dictionary<long, string>? ofSenders)
    {
        var room = LifeRooms.NameOf(number);
        using var plain = LifeRooms.Plain(number, bulk).GetEnumerator();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (messages, last) = (0L, 0L);
        await foreach (var message in chat.ReceiveAllAsync(room))
        {
            messages++;
            if (message.Id <= last)
            {
                throw Wrong($"message {message.Id} follows {last}");
            }

            last = message.Id;
            if (message.User.StartsWith(LifeRooms.Members, StringComparison.Ordinal))
            {
                if (!plain.MoveNext() || plain.Current.Text != message.Text || plain.Current.User != message.User)
                {
                    throw Wrong($"message {message.Id} is not the next plain one: {message.Text}");
                }

                digest.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{message.Id} {message.User} {message.Text}\n")));
            }
            else if (ofSenders is not null && message.User.StartsWith(LifeSenders.Prefix, StringComparison.Ordinal)
                && (!ofSenders.Remove(message.Id, out var text) || text != message.Text))
            {
                throw Wrong($"message {message.Id}, '{message.Text}', was not acknowledged so, but as '{text}'");
            }
        }

        if (plain.MoveNext())
        {
            throw Wrong($"plain messages are lost, the first is '{plain.Current.Text}'");
        }

        if (ofSenders is { Count: > 0 })
        {
            throw Wrong($"{ofSenders.Count} acknowledged messages are lost, the first is {ofSenders.First()}");
        }

        var info = await chat.Rooms.GetInfoAsync(room);
        return info.Messages == messages && info.LastMessageId >= last
            ? (messages, digest.GetHashAndReset())
            : throw Wrong($"there are {messages} messages, the last is {last}, but the room counts {info.Messages} of {info.LastMessageId}");

        InvalidOperationException Wrong(string what) => new($"{room}: {what}.");
    }
}
